"""What the analysis is given beside the definition, and so what each state is given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flowlang.dataflow import results
from flowlang.dataflow.schemas import of_schema
from flowlang.dataflow.values import Names, Value
from flowlang.problems import JSON


class Given(NamedTuple):
    """What the analysis is given beside the definition.

    details  address of a provider -> JSON schema of its actions' details; told: what was read of them
    errors   what a catcher stores; of an AwaitWebInput the second
    """

    ids: Names
    details: Mapping[str, JSON]
    errors: tuple[Value, Value]
    told: dict[str, Value]

    def about(self, url: str) -> Value | None:
        """Return what the details of that provider's actions hold, as far as it is known."""
        if url not in self.told:
            schema = self.details.get(url)
            if not isinstance(schema, dict):
                return None
            self.told[url] = of_schema(schema, self.ids, is_given=True)
        return self.told[url]

    def of(self, kind: str, name: str, state: Mapping[str, JSON]) -> Value | None:
        """Return what an action or web input gives its state; None where that makes its result itself."""
        if kind == "CreateWebInput":
            return results.opened(self.ids)
        if kind == "AwaitWebInput":
            return results.answered(self.ids)
        if kind != "Action":
            return None
        url = provider_of(state) if self.details else None
        return results.action(state, name, self.about(url) if url else None, self.ids)


def provider_of(state: Mapping[str, JSON]) -> str | None:
    """Return the address of the provider that an Action calls, as `Given.details` has it."""
    handler = state.get("Handler")
    url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl")
    return url.rstrip("/") if isinstance(url, str) else None
