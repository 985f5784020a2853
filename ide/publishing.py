"""From the editor into the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ide.drafts import Texts
from library import metadata, publish
from library.models import Flow, FlowVersion
from wire.errors import Unprocessable
from wire.models import User

NO_SCHEMA = "{}"


def publish_new(author: User, content: Texts, body: Mapping[str, Any]) -> Flow:
    """Return the new flow. Raises Unprocessable for a bad title, description or definition."""
    given = {name: body.get(name) for name in ("title", "subtitle", "description", "keywords")}
    found = metadata.read(given | {"title": content.title.strip()})
    if found.items:
        raise Unprocessable(found.items, publish.summary(found.items))
    title = found.values.pop("title")
    return publish.create_flow(author, title, content.definition, schema_of(content), **found.values)


def publish_version(flow: Flow, author: User, content: Texts, body: Mapping[str, Any]) -> FlowVersion:
    """Return the flow's new version.

    Raises  StateConflict when somebody published since the author began, unless the body says `"force": true`
    """
    base, message = body.get("base"), str(body.get("message") or "").strip()
    after = base if isinstance(base, int) and body.get("force") is not True else None
    return publish.publish(flow, content.definition, schema_of(content), author, message, after=after)


def schema_of(content: Texts) -> str:
    """Return the schema's text; an empty one takes any input, as no schema does."""
    return content.input_schema if content.input_schema.strip() else NO_SCHEMA
