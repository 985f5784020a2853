"""What a new flow can begin with: nothing, a flow of the library, or what was pasted."""

from __future__ import annotations

from uuid import UUID

from ide.drafts import MAX_TITLE, Texts
from ide.exchange import brought
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
    """Return what was pasted: a share link, a definition (also in YAML), or an export of both documents.

    Raises  ExchangeError
    """
    found = brought(text.strip())
    return Texts(found.definition or BLANK.definition, found.input_schema or "", found.title)
