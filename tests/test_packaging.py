"""The repository as a stranger meets it: what is locked, what is committed, what may not be in it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCKS = ("build", "dev", "run")

# Addresses of package registries and folders of one machine (put together here so as not to find themselves).
FOLDERS = ("work", "root", "farm", "opt")
FOREIGN = re.compile(
    "|".join(
        [
            r"(pypi|pythonhosted|npmjs|debian)" + r"\.org/",
            r"(registry\.npmjs|deb\.debian|files\.pythonhosted)" + r"\.",
            rf"(?<![\w.-])/({'|'.join(FOLDERS)})" + r"/\w",
        ]
    )
)

FOREIGN_WORDS = ("pypi", "pythonhosted", "npmjs", "debian", *(f"/{name}/" for name in FOLDERS))


def project() -> dict[str, list[str]]:
    """What pyproject.toml asks for, by lock."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = content["dependency-groups"]
    run = content["project"]["dependencies"]
    dev = [wanted for wanted in groups["dev"] if isinstance(wanted, str)]
    return {"build": groups["build"], "run": run, "dev": run + dev + groups["build"]}


def locked(lock: str) -> dict[str, set[str]]:
    """Every version that a lock holds of each package (more than one where Python's version decides)."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, flags=re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in names.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_the_project_asks_for(lock: str) -> None:
    """A dependency added or raised in pyproject.toml is in the lock; if this fails, run `make lock`."""
    held = locked(lock)
    for wanted in map(Requirement, project()[lock]):
        versions = held.get(wanted.name.lower().replace("_", "-"), set())
        assert versions, f"{wanted.name} is not in requirements/{lock}.txt"
        assert all(wanted.specifier.contains(version) for version in versions), wanted


@pytest.mark.parametrize("lock", ["build", "run"])
def test_the_locks_agree(lock: str) -> None:
    """Test tools come on top of what runs, never instead of it."""
    dev = locked("dev")
    assert {name: dev.get(name) for name in locked(lock)} == locked(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_by_hash(lock: str) -> None:
    """What is installed is what was reviewed, from wherever it comes."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    entries = re.split(r"(?<!\\)\n(?=\S)", text.strip())
    assert all(re.match(r"[a-z0-9-]+==\S+( ; [^\\]+)? \\\n {4}--hash=sha256:", entry) for entry in entries)


def test_no_machine_and_no_registry_is_named() -> None:
    """Nothing committed points at one machine's folders or at the address of a package registry."""
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if any(word in text for word in FOREIGN_WORDS):  # sooner than the pattern tells that there is none
            found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert found == []
