"""A page as a browser without scripts sees it: which pairs its form posts."""

from __future__ import annotations

from html.parser import HTMLParser

_UNPOSTED = {"submit", "button", "file", "image", "reset"}


class Form(HTMLParser):
    """Collects the successful controls of `<form id=...>` in the page's order."""

    def __init__(self, page: str, id: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: list[tuple[str, str]] = []
        self.buttons: list[str] = []
        self._id, self._depth, self._area, self._select = id, 0, None, None
        self._options: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._depth = int(found.get("id") == self._id)
        if not self._depth:
            return
        if tag == "input":
            self._input(found)
        elif tag == "textarea":
            self._area = [found["name"], ""]
        elif tag == "select":
            self._select, self._options = found["name"], []
        elif tag == "option":
            self._options.append((found.get("value", ""), "selected" in found))
        elif tag == "button" and found.get("name") == "action":
            self.buttons.append(found["value"])

    def _input(self, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        is_off = kind in ("checkbox", "radio") and "checked" not in found
        if found.get("name") and kind not in _UNPOSTED and not is_off:
            self.pairs.append((found["name"], found.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._depth = 0
        elif tag == "textarea" and self._area is not None:
            name, text = self._area
            self.pairs.append((name, text.removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            self.pairs.append(
                (self._select, (chosen or [value for value, _ in self._options[:1]] or [""])[0])
            )
            self._select = None
