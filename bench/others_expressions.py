"""simpleeval, for expressions.py: reads a question, prints one JSON object a text."""

import json
import sys

from simpleeval import EvalWithCompoundTypes
from timing import per_second


def main() -> None:
    question = json.load(sys.stdin)
    seconds = question["seconds"]
    evaluator = EvalWithCompoundTypes(names=question["names"], functions={"len": len})
    for text in question["texts"]:
        parsed = evaluator.parse(text)
        once = per_second(lambda text=text, parsed=parsed: evaluator.eval(text, parsed), seconds)
        anew = per_second(lambda text=text: evaluator.eval(text), seconds)
        print(
            json.dumps({"text": text, "value": evaluator.eval(text), "once": once, "anew": anew}), flush=True
        )


main()
