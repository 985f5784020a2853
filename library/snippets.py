"""How to start a flow from a program."""

from __future__ import annotations

import json
import pprint
from dataclasses import dataclass

from flowlang.problems import JSON


@dataclass(frozen=True)
class Snippet:
    name: str
    title: str
    text: str


def snippets(flow_id: str, body: JSON, api: str) -> list[Snippet]:
    """Return the same start in Python and curl.

    body   an input that fits, shown as the example
    api    the address of this site's API
    """
    return [
        Snippet("python", "Python (globus-sdk)", _python(flow_id, body, api)),
        Snippet("curl", "curl", _curl(flow_id, body, api)),
    ]


def _python(flow_id: str, body: JSON, api: str) -> str:
    shown = pprint.pformat(body, sort_dicts=False, width=76)
    return f"""\
import os
os.environ["GLOBUS_SDK_SERVICE_URL_FLOWS"] = "{api}"

import globus_sdk

token = os.environ["HEADRACE_TOKEN"]  # made on your account page
authorizer = globus_sdk.AccessTokenAuthorizer(token)
flow = globus_sdk.SpecificFlowClient("{flow_id}", authorizer=authorizer)
flows = globus_sdk.FlowsClient(authorizer=authorizer)

body = {shown}
run = flow.run_flow(body, label="from Python")
print(run["run_id"], flows.get_run(run["run_id"])["status"])
"""


def _curl(flow_id: str, body: JSON, api: str) -> str:
    shown = json.dumps({"body": body, "label": "from curl"}, indent=2, ensure_ascii=False)
    return f"""\
curl "{api}flows/{flow_id}/run" \\
  -H "Authorization: Bearer $HEADRACE_TOKEN" \\
  -H "Content-Type: application/json" \\
  --data-binary @- <<'BODY'
{shown}
BODY
"""
