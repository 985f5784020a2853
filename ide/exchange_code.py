"""A flow that is in the editor, as a program or command that publishes it."""

from __future__ import annotations

import pprint
import shlex
from dataclasses import dataclass

from flowlang.definition import parse
from flowlang.problems import JSON
from ide.drafts import Texts
from library.snippets import Snippet
from wire.errors import Unprocessable

_PYTHON_NOTE = "Put an API token from your account page into the environment variable HEADRACE_TOKEN."
_CLI_NOTE = (
    "The Globus CLI signs in at Globus, so this publishes the flow there, not here. Put in the addresses "
    "that the providers have there."
)
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Target:
    """Where the flow goes: api, the address of this site's API; flow, the id of the flow to change, or ""."""

    api: str
    flow: str = ""


def snippets(content: Texts, target: Target) -> list[Snippet]:
    """Return the program and the commands. Raises Unprocessable for a text that is not sound JSON."""
    definition = _sound(content.definition, "definition")
    schema = _sound(content.input_schema, "input schema") if content.input_schema.strip() else {}
    title = content.title.strip() or "Untitled flow"
    return [
        Snippet("python", "Python (globus-sdk)", _python(title, definition, schema, target), _PYTHON_NOTE),
        Snippet("cli", "Globus CLI", _cli(title, content, target), _CLI_NOTE),
    ]


def _sound(text: str, what: str) -> JSON:
    document = parse(text)
    if document.problems:
        raise Unprocessable(
            f"The {what} is not sound JSON yet, so there is no code. {document.problems[0].message}"
        )
    return document.value


def _python(title: str, definition: JSON, schema: JSON, target: Target) -> str:
    call = f"update_flow(\n    {target.flow!r}," if target.flow else f"create_flow(\n    title={title!r},"
    return f"""\
import os
os.environ["GLOBUS_SDK_SERVICE_URL_FLOWS"] = {target.api!r}

import globus_sdk

token = os.environ["HEADRACE_TOKEN"]  # made on your account page
flows = globus_sdk.FlowsClient(authorizer=globus_sdk.AccessTokenAuthorizer(token))

definition = {pprint.pformat(definition, sort_dicts=False, width=_WIDTH)}

input_schema = {pprint.pformat(schema, sort_dicts=False, width=_WIDTH)}

flow = flows.{call}
    definition=definition,
    input_schema=input_schema,
)
print(flow["id"])
"""


def _cli(title: str, content: Texts, target: Target) -> str:
    schema = content.input_schema if content.input_schema.strip() else "{}"
    files = _file("definition.json", content.definition) + _file("input_schema.json", schema)
    if target.flow:
        command = f"globus flows update {target.flow} \\\n  --definition definition.json"
    else:
        command = f"globus flows create {shlex.quote(title)} definition.json"
    return f"{files}{command} \\\n  --input-schema input_schema.json\n"


def _file(name: str, text: str) -> str:
    """Return a command that writes a file; its end mark stands nowhere in the text."""
    end = "END"
    while end in text.split("\n"):
        end += "_"
    return f"cat > {name} <<'{end}'\n{text.rstrip()}\n{end}\n"
