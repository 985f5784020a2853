#!/usr/bin/env python3
"""Write docs/problems: a page for each code that the checker reports, and their index.

    python tools/problem_pages.py

What the pages say is in docs/problems/source, one file a theme; which fixes there are, the checker is asked.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from flowlang.check import Checked, check_text

PAGES = Path(__file__).parents[1] / "docs/problems"
# Stands in an example for what is too long to show.
MARK = "…"
FLOW = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'
WORDS = {"error": "An error", "warning": "A warning", "hint": "A hint"}
HEAD = """# Problems

Every code that the checker reports: in the editor, in `POST /api/flows/validate`, when a flow is published,
and by `python -m flowlang check`. Codes do not change; the words beside them may. Each has a page that
explains it, with an example that has the problem and one that does not.

An **error** is what Globus rejects or what must fail when run: it forbids publishing. A **warning** is what
is probably not meant, a **hint** what is worth a thought; neither forbids anything. ✎ marks the codes for
which the editor offers a fix where it can tell what is meant: {fixable} of {all}.
"""
FOOT = "\nThe pages are made by `make problem-pages` from the files in `docs/problems/source`.\n"


@dataclass(frozen=True)
class Entry:
    """One code: what is said of it, and its examples (a definition, or an input schema if `kind` says so)."""

    code: str
    severity: str
    title: str
    text: str
    wrong: str
    right: str
    kind: str = "definition"
    schema: str | None = None
    providers: str = "{}"
    results: str = "{}"
    fill: dict[str, Any] | None = None

    def check(self, example: str) -> Checked:
        """Return what the checker says of one of the examples."""
        text = self.filled(example)
        known = json.loads(self.providers), json.loads(self.results)
        return check_text(FLOW, text) if self.kind == "schema" else check_text(text, self.schema, *known)

    def filled(self, example: str) -> str:
        """Return the example with what is too long to show."""
        if self.fill is None or MARK not in example:
            return example
        piece, times = self.fill["with"], range(self.fill["times"])
        more = "".join(piece.replace("<n>", str(n)).replace("<n+1>", str(n + 1)) for n in times)
        return example.replace(MARK, more)


def themes() -> list[tuple[str, str, list[Entry]]]:
    """Return (theme, what it is about, its entries), as the files have them."""
    found = []
    for path in sorted((PAGES / "source").glob("*.toml")):
        read = tomllib.loads(path.read_text())
        codes = {code: fields for code, fields in read.items() if isinstance(fields, dict)}
        found.append(
            (read["theme"], read["about"], [Entry(code, **fields) for code, fields in codes.items()])
        )
    return found


def entries() -> list[Entry]:
    """Return all entries."""
    return [entry for _, _, listed in themes() for entry in listed]


def fixes(entry: Entry) -> list[str]:
    """Return the titles of the fixes that the wrong example is offered."""
    problems = entry.check(entry.wrong).problems
    offered = {fix.title: 0 for problem in problems if problem.code == entry.code for fix in problem.fixes}
    return [title.encode("utf-8", "replace").decode() for title in offered]


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    found, rows, fixable = {}, [], 0
    for theme, about, listed in themes():
        rows += [f"\n## {theme}\n", about, "", "| code | severity | | what it says |", "|---|---|---|---|"]
        for entry in sorted(listed, key=lambda entry: entry.code):
            offered = fixes(entry)
            fixable += bool(offered)
            found[f"{entry.code}.md"] = page(entry, offered)
            link = f"[`{entry.code}`]({entry.code}.md)"
            rows.append(f"| {link} | {entry.severity} | {'✎' if offered else ''} | {entry.title} |")
    index = HEAD.format(fixable=fixable, all=len(found)) + "\n".join(rows) + "\n" + FOOT
    return {"README.md": index, **found}


def page(entry: Entry, offered: list[str]) -> str:
    """Return the page of one code."""
    document = "the input schema" if entry.kind == "schema" else "the definition"
    parts = [
        f"# {entry.code}",
        entry.title,
        f"{WORDS[entry.severity]} in {document}. All codes: [problems](README.md).",
        wrapped(entry.text),
        f"Wrong:\n\n{shown(entry.wrong)}",
        f"Right:\n\n{shown(entry.right)}",
    ]
    if entry.schema:
        parts.append(f"In these examples the input schema is:\n\n{shown(entry.schema)}")
    if entry.providers != "{}":
        parts.append(f"In these examples the provider takes:\n\n{shown(entry.providers)}")
    if entry.results != "{}":
        parts.append(f"In these examples the provider answers:\n\n{shown(entry.results)}")
    if offered:
        parts.append("The editor offers: " + ", or ".join(f"*{escaped(title)}*" for title in offered) + ".")
    return "\n\n".join(parts) + "\n"


def wrapped(text: str) -> str:
    """Return prose in lines of 120 characters."""
    return "\n".join(textwrap.wrap(" ".join(text.split()), 120, break_on_hyphens=False))


def shown(example: str) -> str:
    """Return an example as a block of code; invisible characters are named."""
    text = re.sub(r"[\t\ufeff\u00a0]", lambda match: f"<U+{ord(match[0]):04X}>", example.strip())
    return f"```\n{text}\n```"


def escaped(title: str) -> str:
    """Return a title in which Markdown finds no marks of its own."""
    return re.sub(r"([*_`\[\]\\<])", r"\\\1", title)


def main() -> None:
    """Write all pages, and remove those of codes that are gone."""
    written = pages()
    for path in PAGES.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (PAGES / name).write_text(text)
    print(f"{len(written)} pages in {PAGES.name}")


if __name__ == "__main__":
    main()
