"""A page as a browser without script sees it: its words, forms, links and buttons.

Knows no page of ours by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser


@dataclass
class Button:
    """A submit button; unnamed ones add no field."""

    text: str
    name: str | None
    value: str


@dataclass
class Input:
    """An input of a form. `checked` is its state in the page as sent."""

    kind: str
    name: str
    value: str
    checked: bool


@dataclass
class Form:
    """A form with everything inside it."""

    method: str
    action: str | None
    inputs: list[Input] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    @property
    def hidden(self) -> dict[str, str]:
        """The fields that the form always sends."""
        return {one.name: one.value for one in self.inputs if one.kind == "hidden"}

    @property
    def radios(self) -> list[Input]:
        """The answers to choose from, in order."""
        return [one for one in self.inputs if one.kind == "radio"]

    @property
    def checked(self) -> str | None:
        """The value of the answer that the page shows as chosen."""
        return next((one.value for one in self.radios if one.checked), None)


class Page:
    """The content of `html`, which is read when somebody looks at it: many a page is only passed through."""

    def __init__(self, html: str) -> None:
        self._html = html

    @cached_property
    def _content(self) -> _Content:
        return _Content(self._html)

    @property
    def forms(self) -> list[Form]:
        """All forms, in order."""
        return self._content.forms

    @property
    def steps(self) -> list[Form]:
        """The POST forms."""
        return [form for form in self.forms if form.method == "post"]

    @property
    def links(self) -> dict[str, str]:
        """The words of each link, by its address."""
        return self._content.links

    @property
    def loose(self) -> int:
        """How many inputs and submit buttons stand outside every form."""
        return self._content.loose

    @property
    def attributes(self) -> set[str]:
        """The names of all attributes."""
        return self._content.attributes

    @property
    def heading(self) -> str:
        """The page's one first-level heading."""
        [heading] = self._content.headings
        return " ".join(heading.split())

    @property
    def text(self) -> str:
        """The words of the page."""
        return self._content.text


class _Content(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.loose = 0
        self.attributes: set[str] = set()
        self.headings: list[str] = []
        self._words: list[str] = []
        self._form: Form | None = None
        self._button: Button | None = None
        self._link: str | None = None
        self._in_heading = False
        self._silent = False
        self.feed(html)
        self.text = " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.attributes |= told.keys()
        if tag == "form":
            self._form = Form(told.get("method", "get").lower(), told.get("action"))
            self.forms.append(self._form)
        elif tag in {"input", "select", "textarea"}:
            if self._form is None:
                self.loose += 1
            else:
                self._form.inputs.append(
                    Input(
                        told.get("type", tag), told.get("name", ""), told.get("value", ""), "checked" in told
                    )
                )
        elif tag == "button":
            self._button = Button("", told.get("name"), told.get("value", ""))
            if self._form is None:
                self.loose += told.get("type", "submit") == "submit"
            else:
                self._form.buttons.append(self._button)
        elif tag == "a":
            self._link = told.get("href", "")
            self.links[self._link] = ""
        elif tag == "h1":
            self._in_heading = True
            self.headings.append("")
        elif tag in {"script", "style", "title"}:
            self._silent = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None
        elif tag == "a":
            self._link = None
        elif tag == "h1":
            self._in_heading = False
        elif tag in {"script", "style", "title"}:
            self._silent = False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self._words.append(data)
        if self._button is not None:
            self._button.text = (self._button.text + data).strip()
        if self._link is not None:
            self.links[self._link] = " ".join((self.links[self._link] + data).split())
        if self._in_heading:
            self.headings[-1] += data
