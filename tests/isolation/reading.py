"""What a page offers: the addresses that it leads to, and its forms as a browser sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class PageForm:
    """One form; a choice has all of its values, what is not chosen is not sent."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """Reads one page of the product."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address = address
        self.links: set[str] = set()
        self.forms: list[PageForm] = []
        self._select = ""
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "data-src"):
            if name in found and not found[name].startswith(("data:", "blob:", "mailto:", "tel:")):
                self.links.add(self._of_here(found[name]))
        if tag == "form":
            action = self._of_here(found.get("action") or self.address)
            self.forms.append(PageForm(action, found.get("method", "get").upper()))
            self._open = True
        elif self._open:
            self._read_field(tag, found)

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"

    def _read_field(self, tag: str, found: dict[str, str]) -> None:
        form, name, value = self.forms[-1], found.get("name", ""), found.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.append((self._select, value))
            if "selected" in found:
                form.fields.append((self._select, value))
        elif tag in {"input", "textarea", "button"} and name and name != "csrf_token":
            offered = found.get("type") in {"checkbox", "radio", "submit"} or tag == "button"
            if offered:
                form.choices.append((name, value))
            if not offered or "checked" in found:
                form.fields.append((name, value))

    def _of_here(self, address: str) -> str:
        parts = urlsplit(urljoin(self.address, address))
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
