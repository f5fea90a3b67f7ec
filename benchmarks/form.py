"""The form of a page, filled in as a browser would send it."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """Collects what a page's form to one address would send if nobody touched it."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self._action, self._is_inside = action, False
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        name, value = of.get("name") or "", of.get("value") or ""
        if tag == "form":
            self._is_inside = of.get("action") == self._action
        elif not self._is_inside:
            return
        elif tag == "input" and name and _is_sent(of):
            self.fields[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self.fields[name] = ""
        elif tag == "option":
            self.options.setdefault(self._select, []).append(value)
            if "selected" in of or self._select not in self.fields:
                self.fields[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


def _is_sent(of: dict[str, str | None]) -> bool:
    return of.get("type") not in {"checkbox", "radio"} or "checked" in of
