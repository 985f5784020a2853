"""What a flow will do, in words, and with whose rights: what somebody agrees to by starting it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from flowlang import captions, labels
from flowlang.problems import JSON
from library.private import without_private
from providers import registry
from providers.provider import ActionError
from providers.remote import RemoteProvider
from providers.transfer.access import visible_to
from wire.models import User
from wire.principals import caller_of

MOST_STEPS: Final = 200
_MOST_COLLECTIONS: Final = 20
_MOST_VALUES: Final = 5_000
_WORDS: Final = {
    "Pass": "Sets values",
    "ExpressionEval": "Computes values",
    "Wait": "Waits",
    "Fail": "Ends the run as failed",
    "Succeed": "Ends the run",
    "CreateWebInput": "Asks people and waits for their answer",
    "AwaitWebInput": "Waits for the answer to a question",
    "Action": "Calls a provider",
}
_AS_YOU: Final = ("You", "They can do what you may do, and no more.")
_AS_FLOW: Final = ("The flow itself", "They have the rights that were given to the flow, not yours.")
_AS_ROLE: Final = "They act for whoever gave the token that the input holds for this role."


@dataclass(frozen=True)
class Step:
    name: str
    words: str
    remark: str = ""


@dataclass
class Actor:
    """On whose behalf actions act: who, what that means, what is done, and the scopes it needs."""

    who: str
    meaning: str
    acts: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Consent:
    """collections: (name, where in the input); elsewhere: hosts outside this site that get data."""

    steps: list[Step]
    left_out: int
    actors: list[Actor]
    collections: list[tuple[str, str]]
    elsewhere: list[str]

    @property
    def line(self) -> str:
        """Return in one sentence what acts in the name of whoever starts the flow."""
        acts = next((actor.acts for actor in self.actors if actor.who == _AS_YOU[0]), [])
        if not acts:
            return "It does nothing in your name."
        return f"It acts in your name: {'; '.join(acts[:4]).lower()}{' and more' if len(acts) > 4 else ''}."


def consent(definition: JSON, body: dict[str, Any], user: User) -> Consent:
    """Return what a run of `definition` with the input `body` does, as far as it is known before."""
    shown = without_private(definition)
    states = shown.get("States") if isinstance(shown, dict) else None
    named = [
        (name, state)
        for name, state in (states.items() if isinstance(states, dict) else ())
        if isinstance(state, dict)
    ]
    actors, elsewhere = _actors(named)
    return Consent(
        steps=[Step(name, _step(state), _remark(state)) for name, state in named[:MOST_STEPS]],
        left_out=max(0, len(named) - MOST_STEPS),
        actors=actors,
        collections=_collections(body, user),
        elsewhere=elsewhere,
    )


def _step(state: dict[str, Any]) -> str:
    kind = captions.kind(state)
    if kind == "Action":
        return _act(state)
    if kind == "Choice":
        return _choice(state)
    if kind == "Wait" and isinstance(state.get("Seconds"), int):
        return f"Waits {state['Seconds']} seconds"
    return _WORDS.get(kind, kind or "Does nothing that is known")


def _remark(state: dict[str, Any]) -> str:
    comment = state.get("Comment")
    return captions.clean(comment)[:300] if isinstance(comment, str) else ""


def _choice(state: dict[str, Any]) -> str:
    rules = state.get("Choices")
    told = [
        f"{captions.clean(labels.condition(rule))}: {captions.clean(str(rule.get('Next', '?')))}"
        for rule in (rules if isinstance(rules, list) else [])[:6]
        if isinstance(rule, dict)
    ]
    if isinstance(state.get("Default"), str):
        told.append(f"otherwise: {captions.clean(state['Default'])}")
    return "Decides: " + "; ".join(told) if told else "Decides what is next"


def _act(state: dict[str, Any]) -> str:
    """What the provider of an action says that it does; of one elsewhere, where it is."""
    introduced = _introduced(state)
    if introduced:
        return str(introduced.get("subtitle") or introduced["title"])
    host = _host(_url(state))
    return f"Calls a service at {host}" if host else _WORDS["Action"]


def _host(url: str) -> str:
    """Return where a service is, "" for what is no address."""
    try:
        return captions.clean(urlsplit(url).netloc.rpartition("@")[2])
    except ValueError:
        return ""


def _introduced(state: dict[str, Any]) -> dict[str, Any] | None:
    """What one of our providers says of itself; nobody else is asked while a page is made."""
    try:
        provider = registry.resolve(_url(state))
    except ActionError:
        return None
    return None if isinstance(provider, RemoteProvider) else dict(provider.introspect())


def _url(state: dict[str, Any]) -> str:
    handler = state.get("Handler")
    url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl")
    return url if isinstance(url, str) else ""


def _scope(state: dict[str, Any], introduced: dict[str, Any] | None) -> str:
    handler = state.get("Handler")
    stated = handler.get("Scope") if isinstance(handler, dict) else state.get("ActionScope")
    scope = stated or (introduced or {}).get("globus_auth_scope")
    return scope if isinstance(scope, str) else ""


def _actors(named: list[tuple[str, dict[str, Any]]]) -> tuple[list[Actor], list[str]]:
    found: dict[str, Actor] = {}
    elsewhere: dict[str, None] = {}
    for _, state in named:
        if captions.kind(state) != "Action":
            continue
        introduced = _introduced(state)
        actor = found.setdefault(str(state.get("RunAs", "User")), _actor(str(state.get("RunAs", "User"))))
        _add(actor.acts, _act(state))
        _add(actor.scopes, _scope(state, introduced))
        host = _host(_url(state))
        if introduced is None and host:
            elsewhere[host] = None
    return list(found.values()), list(elsewhere)


def _actor(run_as: str) -> Actor:
    who, meaning = {"User": _AS_YOU, "Flow": _AS_FLOW}.get(run_as, (f"Role {run_as}", _AS_ROLE))
    return Actor(who, meaning)


def _add(texts: list[str], text: str) -> None:
    if text and text not in texts:
        texts.append(text)


def _collections(body: dict[str, Any], user: User) -> list[tuple[str, str]]:
    """Return the collections whose ids the input holds, as far as `user` may use them."""
    places: dict[UUID, str] = {}
    for place, text in _texts(body):
        if len(text) == 36 and text.count("-") == 4:
            _place(places, place, text)
    ids = list(places)[:_MOST_COLLECTIONS]
    names = dict(visible_to(caller_of(user)).filter(pk__in=ids).values_list("pk", "display_name"))
    return [(names[id], places[id]) for id in ids if id in names]


def _place(places: dict[UUID, str], place: str, text: str) -> None:
    try:
        places.setdefault(UUID(text), place)
    except ValueError:
        return


def _texts(body: JSON) -> Iterator[tuple[str, str]]:
    """Yield (member names, text) of an input, as many as are looked at."""
    waiting: deque[tuple[str, JSON]] = deque([("", body)])
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        place, value = waiting.popleft()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, dict):
            waiting.extend((_named(place, name), member) for name, member in value.items())
        elif isinstance(value, list):
            waiting.extend((place, item) for item in value)


def _named(place: str, name: str) -> str:
    """Return what a member is called: the id of something is that thing."""
    return place if place and name == "id" else f"{place} › {name}" if place else name
