"""What a new flow can begin with: nothing, a flow of the library, or what was pasted."""

from __future__ import annotations

import json
from uuid import UUID

from ide.drafts import MAX_TITLE, Texts
from ide.links import MAX_CHARACTERS, LinkError, shared_in
from library.access import flow_for, is_administrator, visible_to
from library.models import Flow
from library.private import without_private
from library.publish import current_version, text_of
from wire.models import User

BLANK = Texts(
    definition="""\
{
  "Comment": "What this flow is for",
  "StartAt": "First",
  "States": {
    "First": {
      "Type": "Pass",
      "End": true
    }
  }
}
""",
    input_schema="""\
{
  "type": "object",
  "properties": {},
  "additionalProperties": false
}
""",
)


def starters(user: User) -> list[Flow]:
    """Return the shipped flows that `user` may see, by title."""
    return list(visible_to(user).exclude(starter="").order_by("title"))


def copied(user: User, flow_id: UUID | str) -> Texts:
    """Return the texts of a flow for a copy, without what its reader may not see."""
    flow = flow_for(user, flow_id)
    source, schema_source = visible_texts(user, flow)
    return Texts(source, schema_source, f"Copy of {flow.title}"[:MAX_TITLE])


def visible_texts(user: User, flow: Flow) -> tuple[str, str]:
    """Return definition and schema as `user` may read them: the author's own text where nothing is hidden."""
    version = current_version(flow)
    shown = without_private(version.definition)
    hides = not is_administrator(user, flow) and shown != version.definition
    return (text_of(shown) if hides else version.source), version.schema_source


def pasted(text: str) -> Texts:
    """Return what was pasted: a share link, a definition, or {"definition", "input_schema"} of an export.

    Raises  LinkError
    """
    text = text.strip()
    if not text:
        raise LinkError("Paste a link or a definition first.")
    if len(text) > MAX_CHARACTERS:
        raise LinkError(f"The text has {len(text):,} characters; {MAX_CHARACTERS:,} are allowed.")
    if text[0] != "{":
        found = shared_in(text)
        return Texts(found.definition, found.input_schema)
    return _exported(text) or Texts(text, "")


def _exported(text: str) -> Texts | None:
    """The parts of a document such as the API's flow; None when the text is something else, maybe broken."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if "States" in document or not isinstance(document.get("definition"), dict):
        return None
    title = document.get("title")
    schema = document.get("input_schema")
    return Texts(
        text_of(document["definition"]),
        text_of(schema) if isinstance(schema, dict) else "",
        title[:MAX_TITLE] if isinstance(title, str) else "",
    )
