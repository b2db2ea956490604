"""What Chromium tells a screen reader of a page: a tree of roles, names and states, judged by rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

LANDMARKS = ("banner", "main", "contentinfo")
GROUPS = ("group", "radiogroup")
CHOSEN = ("radio", "checkbox")
NAMED = ("heading", "progressbar")
# These take the focus as a whole; their text is read as content.
NAMELESS = ("RootWebArea", "main")


@dataclass(frozen=True)
class Node:
    """An element as assistive technology meets it."""

    role: str
    name: str
    states: Mapping[str, Any]
    parents: tuple[Node, ...] = field(repr=False)


def tree(page: Page) -> list[Node]:
    """All elements that are told, in the order of the page."""
    # The session stays: to end one would bring a page back on the network that a test had cut off.
    session = page.context.new_cdp_session(page)
    told = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {one["nodeId"]: one for one in told}
    found: list[Node] = []

    def walk(one: Mapping[str, Any], parents: tuple[Node, ...]) -> None:
        if not one.get("ignored"):
            states = {state["name"]: state["value"].get("value") for state in one.get("properties", ())}
            node = Node(one["role"]["value"], one.get("name", {}).get("value", "").strip(), states, parents)
            found.append(node)
            parents = (*parents, node)
        for child in one.get("childIds", ()):
            if child in by_id:
                walk(by_id[child], parents)

    walk(told[0], ())
    return found


def unspoken(page: Page) -> list[str]:
    """A sentence for each thing that a listener would miss."""
    nodes = tree(page)
    return [
        *_landmarks(nodes),
        *_headings(nodes),
        *(fault for node in nodes for fault in _of_node(node)),
        *_focus(nodes),
    ]


def _landmarks(nodes: list[Node]) -> Iterator[str]:
    for role in LANDMARKS:
        if (count := sum(node.role == role for node in nodes)) != 1:
            yield f"{count} landmarks {role}"
    if not nodes[0].name:
        yield "the page has no title"


def _headings(nodes: list[Node]) -> Iterator[str]:
    headings = [node for node in nodes if node.role == "heading"]
    levels = [node.states["level"] for node in headings]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of the first level"
    if any(after > before + 1 for before, after in pairwise(levels)):
        yield f"levels of headings are left out: {levels}"


def _of_node(node: Node) -> Iterator[str]:
    told = f"{node.role} {node.name!r}"
    named = (node.states.get("focusable") and node.role not in NAMELESS) or node.role in NAMED
    if named and not node.name:
        yield f"{told} has no name"
    if node.role in CHOSEN and not any(one.role in GROUPS and one.name for one in node.parents):
        yield f"{told} stands in no group that a question names"
    if node.role == "progressbar" and "valuetext" not in node.states:
        yield f"{told} says no progress in words"
    if node.states.get("invalid") not in (None, "false", False) and not node.states.get("describedby"):
        yield f"{told} is wrong, and nothing says why"


def _focus(nodes: list[Node]) -> Iterator[str]:
    """Faults take the focus, so that they are read first."""
    summaries = [node for node in nodes if node.role == "alert"]
    focused = [node for node in nodes if node.states.get("focused") and node.role != "RootWebArea"]
    if summaries and nodes[0].name.startswith("Error") and focused != summaries[:1]:
        yield f"the focus is at {focused}, not at what is wrong"
