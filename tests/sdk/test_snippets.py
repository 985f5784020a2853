"""The code that the start page shows starts a run with exactly its values: curl, Python, Globus CLI."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest
from django.test import Client

from library.models import Flow
from runs.models import Run
from tests.people import person, urn
from tests.runs.test_start import flow_of
from wire.auth import issue_token

CLI = "globus-cli==3.44.0"
FLOWS = "eec9b274-0c81-4334-bdc2-54e90e689b9a"  # how Globus calls its flows service in scopes
SCHEMA = {
    "type": "object",
    "required": ["sample"],
    "additionalProperties": False,
    "properties": {
        "sample": {"type": "string"},
        "count": {"type": "number"},
        "deep": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "boolean"}}},
        "pin": {"type": "string", "format": "password"},
    },
}
BODY = {"sample": 'it\'s "so" $HOME `x` \\ %d é\nend', "count": 2.5, "deep": {"a b": [True, False]}}
SAID = {"label": "by hand", "tags": "a,b c", "managers": "alice", "notify-asked": "1", "notify": "FAILED"}


@pytest.fixture
def flow(transactional_db: None) -> Flow:
    person("alice")
    return flow_of(SCHEMA)


def code_of(flow: Flow, name: str, address: str, body: dict[str, Any] = BODY) -> str:
    """Return a snippet of the page that holds these values."""
    visitor = Client(headers={"host": address.partition("//")[2]})
    visitor.force_login(person("bob"))
    fields = {**SAID, "tab": "advanced", "text": json.dumps(body)}
    page = visitor.post(f"/flows/{flow.pk}/start/around", fields).content.decode()
    found = re.search(rf'<pre[^>]*id="start-{name}"[^>]*>(.*?)</pre>', page, re.S)
    assert found is not None, page
    return unescape(re.sub(r"<[^>]+>", "", found[1]))


def done(words: list[str], **environment: str) -> str:
    known = {**os.environ, "HEADRACE_TOKEN": issue_token(person("bob")), **environment}
    ended = subprocess.run(words, env=known, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def is_the_run_of_the_page(run: Run) -> None:
    assert orjson.loads(run.input) == BODY
    assert (run.label, sorted(run.tags), run.owner.get_username()) == ("by hand", ["a", "b c"], "bob")
    assert [str(role.principal) for role in run.roles.all()] == [urn("alice")]
    assert run.notify_on == ["FAILED"]


def test_curl_starts_it(flow: Flow, live_server: Any):
    done(["sh", "-c", code_of(flow, "curl", live_server.url)])
    is_the_run_of_the_page(Run.objects.get())


def test_python_starts_it(flow: Flow, live_server: Any):
    done([sys.executable, "-c", code_of(flow, "python", live_server.url)])
    is_the_run_of_the_page(Run.objects.get())


def test_cron_starts_it(flow: Flow, live_server: Any):
    line = code_of(flow, "cron", live_server.url)
    *times, words = line.rstrip("\n").split(" ", 5)
    assert times == ["0", "6", "*", "*", "*"]
    assert re.search(r"(?<!\\)%", words) is None
    assert "\n" not in words
    done(["sh", "-c", words.replace("\\%", "%")])  # as cron reads it
    is_the_run_of_the_page(Run.objects.get())


def test_a_secret_is_a_placeholder_in_all_code(flow: Flow):
    for name in ("curl", "python", "cli", "cron"):
        code = code_of(flow, name, "http://testserver", {**BODY, "pin": "4711"})
        assert "4711" not in code
        assert "pin" in code


def _server_of(scope: str) -> str:
    parts = re.split(r"[/:]", scope.partition("[")[0])
    if len(parts) < 5:
        return "auth.globus.org"
    return "flows.globus.org" if parts[-2] == FLOWS else parts[-2]


class _Tokens(BaseHTTPRequestHandler):
    """Stands for the place where the Globus CLI signs in: it gives out one token for all it is asked for."""

    token = ""

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        scopes: dict[str, list[str]] = {}
        for scope in re.findall(r"[^\s\[]+(?:\[[^\]]*\])?", asked["scope"][0]):
            scopes.setdefault(_server_of(scope), []).append(scope.partition("[")[0])
        first, *others = [
            {
                "access_token": self.token,
                "scope": " ".join(names),
                "expires_in": 3600,
                "token_type": "Bearer",
                "resource_server": server,
            }
            for server, names in scopes.items()
        ]
        answer = {**first, "other_tokens": others}
        self.say(answer)

    def do_GET(self) -> None:
        self.say({"identities": []})

    def say(self, answer: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def tokens(transactional_db: None) -> Iterator[str]:
    _Tokens.token = issue_token(person("bob"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tokens)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def globus(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder with the command `globus`: one that is installed, or one in a folder of its own."""
    installed = shutil.which("globus")
    if installed:
        return str(Path(installed).parent)
    folder = tmp_path_factory.mktemp("cli")
    venv.create(folder, with_pip=True)
    words = [str(folder / "bin" / "pip"), "install", "--quiet", CLI]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=300)
    if ended.returncode:
        pytest.skip(f"There is no globus on the PATH, and {CLI} cannot be installed: {ended.stderr[-200:]}")
    return str(folder / "bin")


@pytest.mark.soak
def test_the_globus_cli_starts_it(flow: Flow, live_server: Any, tokens: str, globus: str, tmp_path: Path):
    environment = {
        "PATH": f"{globus}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "GLOBUS_CLI_CLIENT_ID": "6f1c0a52-5a0e-4a53-9d3b-0f8b2f3f6a11",
        "GLOBUS_CLI_CLIENT_SECRET": "-",
        "GLOBUS_SDK_SERVICE_URL_AUTH": tokens,
        "GLOBUS_SDK_SERVICE_URL_FLOWS": f"{live_server.url}/api/",
    }
    done(["sh", "-c", code_of(flow, "cli", live_server.url)], **environment)
    is_the_run_of_the_page(Run.objects.get())
