"""Peers of the checker in Python. Reads a question (see check.py), prints one JSON object a measurement."""

import json
import sys
from importlib.metadata import version

import jsonschema
from statelint.linter import Linter
from timing import measure


def main() -> None:
    question = json.load(sys.stdin)
    validator = jsonschema.Draft7Validator(question["states_schema"])
    checks = {
        "statelint": ("asl", lambda text: Linter.validate(json.loads(text))),
        "jsonschema": ("globus", lambda text: list(validator.iter_errors(json.loads(text)))),
    }
    for name, (language, check) in checks.items():
        for flow in question["flows"]:
            text = flow[language]
            answer = {"shape": flow["shape"], "states": flow["states"], "problems": len(check(text))}
            taken = measure(lambda check=check, text=text: check(text), question["seconds"])
            print(json.dumps({"tool": f"{name} {version(name)}", **answer, **taken}), flush=True)


main()
