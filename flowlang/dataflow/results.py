"""What states are given from outside: the context, results of actions and web inputs, error outputs."""

from __future__ import annotations

from collections.abc import Mapping

from flowlang.dataflow.joining import join
from flowlang.dataflow.values import (
    ANY,
    NULL,
    NUMBER,
    NUMBERS,
    OBJECT,
    TEXT,
    TEXTS,
    Members,
    Names,
    Value,
    closed,
    constant,
    list_of,
    of_kinds,
)
from flowlang.problems import JSON

_TEXT_OR_NULL = of_kinds(TEXT | NULL)


def context(ids: Names) -> Value:
    """Return `$._context`: these members, and no others."""
    token = closed(ids, {"exp": NUMBERS, "iat": NUMBERS, "nbf": NUMBERS})
    texts = dict.fromkeys(("flow_id", "run_id", "action_id", "username", "email", "user_id"), TEXTS)
    return closed(ids, {**texts, "identities": list_of(TEXTS, 1), "token_info": token})


def action(state: Mapping[str, JSON], name: str, details: Value | None, ids: Names) -> Value:
    """Return the result of an Action: the action status document, to which a provider may add members.

    details  what its details hold when it has succeeded, where the provider is known; else None
    """
    handler = state.get("Handler")
    if isinstance(handler, str) or (isinstance(handler, dict) and handler.get("Type") == "RegisteredAPI"):
        return ANY
    status = constant("SUCCEEDED")
    if state.get("ExceptionOnActionFailure") is False:
        status = join(status, constant("FAILED"))
        details = None  # A failed action tells why in its details, in a shape of its own.
    usual = closed(
        ids,
        {
            "action_id": TEXTS, "status": status, "display_status": _TEXT_OR_NULL, "creator_id": TEXTS,
            "details": details or ANY, "label": _TEXT_OR_NULL, "monitor_by": list_of(TEXTS),
            "manage_by": list_of(TEXTS), "start_time": TEXTS, "completion_time": _TEXT_OR_NULL,
            "release_after": of_kinds(TEXT | NULL | NUMBER), "state_name": constant(name),
        },
        ANY,
    )  # fmt: skip
    return usual


def caught(ids: Names, kind: str) -> Value:
    """Return the error output that a catcher of a state of that Type stores."""
    unanswered = {"response": of_kinds(NULL)} if kind == "AwaitWebInput" else {}
    return closed(ids, {"Error": TEXTS, "Cause": TEXTS, "details": ANY, **unanswered})


def opened(ids: Names) -> Value:
    """Return the result of CreateWebInput."""
    return closed(ids, {"web_input_id": TEXTS, "status": TEXTS}, ANY)


def answered(ids: Names) -> Value:
    """Return the result of AwaitWebInput."""
    return closed(ids, {"web_input_id": TEXTS, "response": TEXTS}, ANY)


def anything(ids: Names) -> Value:
    """Return the input of a flow without a schema: an object of which nothing is known."""
    return Value(OBJECT, members=Members(ids, rest=ANY))
