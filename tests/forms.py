"""Links and forms of a page as a browser reads them, and what a form sends that nobody has filled in further."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TICKED = 2  # of the boxes of one name


@dataclass
class Form:
    """One way to send a page: where to, how, and its fields as (name, value, kind, chosen)."""

    action: str
    method: str
    fields: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def entries(self, more: Mapping[str, Any], tick: Sequence[str] = ()) -> dict[str, Any]:
        """Return what is sent: what stands there, the first of each choice, the first boxes of `tick`, and `more`."""
        sent: dict[str, Any] = {}
        for name in dict.fromkeys(name for name, *_ in self.fields):
            if values := self._values(name, ticked=name in tick):
                sent[name] = values
        return sent | dict(more)

    def _values(self, name: str, *, ticked: bool) -> list[str]:
        same = [one for one in self.fields if one[0] == name]
        chosen = [value for _, value, _, known in same if known]
        choices = [value for _, value, kind, _ in same if kind in ("radio", "option")]
        boxes = [value for _, value, kind, _ in same if kind == "checkbox"]
        if ticked:
            return boxes[:TICKED]
        if choices and not any(chosen):
            return choices[:1]
        return chosen


class Reading(HTMLParser):
    """A page that was read: its links and its forms; a button with its own goal makes a form of its own."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._named: dict[str, Form] = {}
        self._early: list[tuple[str, tuple[str, str, str, bool]]] = []  # fields that stand before their form
        self._form: Form | None = None
        self._select: tuple[str, str | None] | None = None
        self.feed(text)
        for name, entry in self._early:
            self._named[name].fields.append(entry)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what leads somewhere or is sent."""
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href", "").startswith("/"):
            self.links.append(told["href"].split("#")[0])
        elif tag == "form":
            self._form = Form(told.get("action", ""), told.get("method", "get").upper())
            self.forms.append(self._form)
            self._named[told.get("id", "")] = self._form
        elif tag == "button" and "formaction" in told and self._form is not None:
            self.forms.append(Form(told["formaction"], "POST", self._form.fields))
        elif tag == "select":
            self._select = told.get("name", ""), told.get("form")
        elif tag == "option" and self._select is not None:
            self._note(*self._select, told.get("value", ""), "option", chosen="selected" in told)
        elif tag in ("input", "textarea") and told.get("name"):
            kind = told.get("type", "text")
            chosen = "checked" in told if kind in ("radio", "checkbox") else kind != "file"
            self._note(told["name"], told.get("form"), told.get("value", ""), kind, chosen=chosen)

    def handle_endtag(self, tag: str) -> None:
        """Note where a form ends."""
        if tag == "form":
            self._form = None

    def _note(self, name: str, of: str | None, value: str, kind: str, *, chosen: bool) -> None:
        if of is not None and of not in self._named:
            self._early.append((of, (name, value, kind, chosen)))
            return
        form = self._form if of is None else self._named[of]
        if form is not None:
            form.fields.append((name, value, kind, chosen))
