"""What an open project shows beside its code says the same as the code: checks, versions, citation, links."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def loaded(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def recipe(target: str) -> set[str]:
    """The commands of one target of the Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    [lines] = re.findall(rf"^{target}:.*\n((?:\t.*\n)+)", text, flags=re.MULTILINE)
    return {line.strip().replace("$(BIN)", ".venv/bin") for line in lines.splitlines()}


def test_hooks_check_what_is_checked_before_a_change_lands() -> None:
    """The same commands as in the Makefile, none fetched from elsewhere."""
    [local] = loaded(".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    assert {hook["language"] for hook in local["hooks"]} == {"system"}
    assert {hook["entry"] for hook in local["hooks"]} == recipe("lint") | recipe("lint-assets") | recipe(
        "types"
    )


def test_the_hosted_checks_are_those_of_the_repository() -> None:
    """One script, without a right to write, on each Python that the Makefile looks for from the oldest on."""
    workflow = loaded(".github/workflows/ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    job = workflow["jobs"]["check"]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    pythons = job["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    searched = re.search(r"^PYTHONS := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert searched
    assert re.findall(r"python(3\.\d+)", searched[1]) == pythons[::-1]


def test_the_citation_names_this_version_and_licence() -> None:
    """The keys that CFF 1.2 requires, and what changes with a release."""
    citation = loaded("CITATION.cff")
    assert citation.keys() >= {"cff-version", "message", "title", "authors"}
    assert (str(citation["version"]), citation["license"]) == (PROJECT["version"], PROJECT["license"])
    assert citation["cff-version"] == "1.2.0"


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")), ids=lambda p: p.name
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A page that was moved or renamed is found by its links."""
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_only_the_section_on_top_is_not_released() -> None:
    """And it is of the version that the project has."""
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGES.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    version = re.escape(PROJECT["version"])
    assert re.fullmatch(rf"{version} \((not released|\d{{4}}-\d\d-\d\d)\)", headings[0])
    assert [one for one in headings[1:] if not re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", one)] == []
