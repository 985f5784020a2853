"""What others use for the same job: installed below bench/, started in processes of their own."""

import json
import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent
VENV = BENCH / "var" / "peers"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = BENCH / "node_modules"
PACKAGES = ["statelint==3.1.0", "simpleeval==1.0.8", "jsonschema==4.26.0"]
LONGEST_SECONDS = 900


def install() -> None:
    """Install the peers, the first time."""
    stamp = VENV / "installed"
    if not stamp.exists() or stamp.read_text() != repr(PACKAGES):
        say("Installing the peers in Python")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True
        )
        stamp.write_text(repr(PACKAGES))
    install_javascript()


def install_javascript() -> None:
    """Install the peers in JavaScript, the first time."""
    if not (NODE_MODULES / ".package-lock.json").exists():
        say("Installing the peers in JavaScript")
        command = ["npm", "ci", "--prefix", str(BENCH), "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, check=True)


def ask(command: list, question: dict) -> list[dict]:
    """Return the JSON lines that a peer's process answers `question` with."""
    done = subprocess.run(
        [str(word) for word in command],
        input=json.dumps(question),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
