"""How to start a flow from a program."""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowlang.problems import JSON


@dataclass(frozen=True)
class Snippet:
    """note: what to know before using it; "" for nothing."""

    name: str
    title: str
    text: str
    note: str = ""


def snippets(
    flow_id: str, body: JSON, api: str, said: Mapping[str, Any] | None = None, *, in_full: bool = False
) -> list[Snippet]:
    """Return the same start in Python and curl; in full also for the Globus CLI and for cron.

    body   an input that fits, shown as the example
    api    the address of this site's API
    said   what is said about the run beside its input, as the API calls it; by default where it comes from
    """
    made = [
        Snippet("python", "Python (globus-sdk)", _python(flow_id, body, api, said)),
        Snippet("curl", "curl", _curl(flow_id, body, api, said)),
    ]
    return (
        [*made, _cli(flow_id, body, said or {}), _cron(flow_id, body, api, said or {})] if in_full else made
    )


def _python(flow_id: str, body: JSON, api: str, said: Mapping[str, Any] | None) -> str:
    shown = pprint.pformat(body, sort_dicts=False, width=76)
    about = {"label": "from Python"} if said is None else said
    named = "".join(f",\n    {name}={value!r}" for name, value in about.items())
    return f"""\
import os
os.environ["GLOBUS_SDK_SERVICE_URL_FLOWS"] = "{api}"

import globus_sdk

token = os.environ["HEADRACE_TOKEN"]  # made on your account page
authorizer = globus_sdk.AccessTokenAuthorizer(token)
flow = globus_sdk.SpecificFlowClient("{flow_id}", authorizer=authorizer)
flows = globus_sdk.FlowsClient(authorizer=authorizer)

body = {shown}
run = flow.run_flow(
    body{named},
)
print(run["run_id"], flows.get_run(run["run_id"])["status"])
"""


def _curl(flow_id: str, body: JSON, api: str, said: Mapping[str, Any] | None) -> str:
    about = {"label": "from curl"} if said is None else said
    shown = json.dumps({"body": body, **about}, indent=2, ensure_ascii=False)
    return f"""\
curl "{api}flows/{flow_id}/run" \\
  -H "Authorization: Bearer $HEADRACE_TOKEN" \\
  -H "Content-Type: application/json" \\
  --data-binary @- <<'BODY'
{shown}
BODY
"""


_CLI_NOTE = (
    "The Globus CLI signs in at Globus, so this starts the flow where it is published there: "
    "put the id that it has there in place of this one."
)


def _cli(flow_id: str, body: JSON, said: Mapping[str, Any]) -> Snippet:
    words = ["globus flows start", shlex.quote(flow_id)]
    words.append(f"--input {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    if said.get("label"):
        words.append(f"--label {shlex.quote(said['label'])}")
    for option, name in (("tag", "tags"), ("manager", "run_managers"), ("monitor", "run_monitors")):
        words += [f"--{option} {shlex.quote(value)}" for value in said.get(name, ())]
    if "activity_notification_policy" in said:
        statuses = ",".join(said["activity_notification_policy"]["status"])
        words.append(f"--activity-notification-policy {shlex.quote(statuses)}")
    return Snippet("cli", "Globus CLI", " \\\n  ".join([" ".join(words[:2]), *words[2:]]) + "\n", _CLI_NOTE)


_CRON_NOTE = (
    "A line for a crontab, here each day at six. Set HEADRACE_TOKEN in a line above it. "
    "A schedule of this site, further up, needs neither."
)


def _cron(flow_id: str, body: JSON, api: str, said: Mapping[str, Any]) -> Snippet:
    shown = shlex.quote(json.dumps({"body": body, **said}, ensure_ascii=False))
    headers = '-H "Authorization: Bearer $HEADRACE_TOKEN" -H "Content-Type: application/json"'
    words = f'curl -sS "{api}flows/{flow_id}/run" {headers} --data-binary {shown}'
    escaped = words.replace("%", "\\%")  # to cron a bare one ends the line
    return Snippet("cron", "cron", f"0 6 * * * {escaped}\n", _CRON_NOTE)
