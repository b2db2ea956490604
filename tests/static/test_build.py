"""What static/ holds is what its sources give, comes from nowhere else, and is small."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
BUILT = (
    "patient.css",
    "patient.rtl.css",
    "staff.css",
    "staff.rtl.css",
    "plotly/plotly-cartesian.min.js",
)
STYLES = [*BUILT[:4], "plotly/plotly.css"]


def _node_is_too_old() -> bool:
    try:
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return True
    return int(version.lstrip("v").split(".")[0]) < 20


def test_committed_files_are_what_the_sources_give(tmp_path: Path) -> None:
    """`npm ci && npm run build` in a clean folder gives, byte for byte, what is committed."""
    if shutil.which("npm") is None or _node_is_too_old():
        pytest.skip("NOT CHECKED: needs npm and Node 20 or newer, to build static/ anew")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(STATIC / "src", tmp_path / "static" / "src")
    installed = subprocess.run(["npm", "ci", "--no-audit"], cwd=tmp_path, capture_output=True, text=True)
    if installed.returncode and not os.environ.get("CI"):
        pytest.skip(f"NOT CHECKED: npm could not install: {installed.stderr[-300:]}")
    assert installed.returncode == 0, installed.stderr
    subprocess.run(["npm", "run", "build"], cwd=tmp_path, capture_output=True, check=True)
    stale = [n for n in BUILT if (tmp_path / "static" / n).read_bytes() != (STATIC / n).read_bytes()]
    assert stale == [], "not built from their sources; run: make assets"


def test_packages_are_pinned_exactly_and_name_no_registry() -> None:
    """package.json gives exact versions; the lock says nothing about where packages were fetched from."""
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock[f"node_modules/{name}"]["version"] == version
    assert [name for name, entry in lock.items() if "resolved" in entry] == []
    assert [name for name, entry in lock.items() if name and "integrity" not in entry] == []


@pytest.mark.parametrize("name", STYLES)
def test_styles_fetch_nothing_and_carry_no_foreign_brand(name: str) -> None:
    """No font, picture or import from anywhere, and nothing that belongs to GOV.UK alone."""
    css = (STATIC / name).read_text()
    assert not re.search(r"url\(|@import|@font-face", css)
    assert not re.search(r"GDS Transport|crown|#1d70b8|#0f7a52", css, re.IGNORECASE)


def test_a_first_visit_of_a_patient_is_small() -> None:
    """The patients' stylesheet leaves most of the 30 kB of a first visit to nothing at all."""
    assert len(gzip.compress((STATIC / "patient.css").read_bytes())) < 12_000


def test_the_licences_name_every_file_that_is_not_ours() -> None:
    """LICENCES.md lists what comes from others, with versions as pinned."""
    licences = (STATIC / "LICENCES.md").read_text()
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    for name in (*BUILT, "plotly/plotly.css"):
        assert f"`{name}`" in licences
    for package in ("govuk-frontend", "plotly.js-cartesian-dist-min"):
        assert f"{package} {wanted[package]}" in licences
    assert f"v{wanted['plotly.js-cartesian-dist-min']}\n" in (STATIC / BUILT[4]).read_text()[:100]


def test_charts_never_offer_to_send_data_away() -> None:
    """plotly 4 offers to upload charts to its maker; the configuration takes away button and address."""
    charts = (STATIC / "charts.js").read_text()
    assert "showSendToCloud: false" in charts
    assert 'plotlyServerURL: ""' in charts
