"""What static/ holds is what its sources give, comes from nowhere else, and is small."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask, get_template_attribute

from tests.support.built import BUILT, NAMES, STATIC, built

ROOT = Path(__file__).parents[2]
STYLES = [name for name in NAMES if name.endswith(".css")]
SCRIPTS = sorted(path.name for path in (STATIC / "src").glob("*.js"))
PLOTLY = "plotly/plotly-cartesian.min.js"
NOT_OURS = ("patient.css", "patient.rtl.css", "staff.css", "staff.rtl.css", "plotly/plotly.css", PLOTLY)
ADDRESS = re.compile(r"""static_url\(([^)]*)\)|url_for\('static', filename=([^)]*)\)""")


def _node_is_too_old() -> bool:
    try:
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return True
    return int(version.lstrip("v").split(".")[0]) < 20


def test_nothing_changed_since_the_files_were_built() -> None:
    """Neither a source, nor how they are built, nor a package's version; checked without Node."""
    folder = STATIC / "src"
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in (*names, "../../package.json")
    ]
    made_of = (BUILT / "sources.sha256").read_text().strip()
    assert sha256("".join(lines).encode()).hexdigest() == made_of, "run: make assets"


@pytest.mark.long
def test_committed_files_are_what_the_sources_give(tmp_path: Path) -> None:
    """`npm ci && npm run build` in a clean folder, without the linters, gives what is committed."""
    if shutil.which("npm") is None or _node_is_too_old():
        pytest.skip("NOT CHECKED: needs npm and Node 20 or newer, to build static/ anew")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(STATIC / "src", tmp_path / "static" / "src")
    installed = subprocess.run(["npm", "ci", "--omit=dev"], cwd=tmp_path, capture_output=True, text=True)
    if installed.returncode and not os.environ.get("CI"):
        pytest.skip(f"NOT CHECKED: npm could not install: {installed.stderr[-300:]}")
    assert installed.returncode == 0, installed.stderr
    subprocess.run(["npm", "run", "build"], cwd=tmp_path, capture_output=True, check=True)
    assert contents(tmp_path / "static" / "built") == contents(BUILT), (
        "not built from their sources; run: make assets"
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of `folder`, unpacked: versions of Node pack the same content into other bytes."""
    return {
        path.relative_to(folder).as_posix(): gzip.decompress(path.read_bytes())
        if path.suffix == ".gz"
        else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_each_built_file_tells_its_content_by_name_and_lies_packed_beside_itself() -> None:
    """A browser keeps it for a year, so other content must have another name; and nothing old is left."""
    found = contents(BUILT)
    for plain, name in NAMES.items():
        stem, _, ending = plain.rpartition(".")
        assert name == f"{stem}.{sha256(found[name]).hexdigest()[:12]}.{ending}"
        assert found[f"{name}.gz"] == found[name]
    assert set(found) == {
        *NAMES.values(),
        *(f"{name}.gz" for name in NAMES.values()),
        "manifest.json",
        "sources.sha256",
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_served_as_it_is_written(name: str) -> None:
    """Checked without Node too: whoever changes a script and forgets `make assets` is told."""
    assert built(name).read_bytes() == (STATIC / "src" / name).read_bytes(), "run: make assets"


def test_templates_name_files_that_are_there() -> None:
    """A built file by its plain name through `static_url`; only what keeps its plain address by `url_for`."""
    built_names, plain_names = set(), set()
    for path in (ROOT / "templates").rglob("*.html"):
        for through, past in ADDRESS.findall(path.read_text(encoding="utf-8")):
            built_names |= set(re.findall(r"'([\w./-]+\.\w+)'", through))
            plain_names |= set(re.findall(r"'([^']+)'", past))
    assert built_names == set(NAMES)
    assert plain_names == {"favicon.svg"}


def test_packages_are_pinned_exactly_and_name_no_registry() -> None:
    """package.json gives exact versions; the lock says nothing about where packages were fetched from."""
    package = json.loads((ROOT / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock[f"node_modules/{name}"]["version"] == version
    assert [name for name, entry in lock.items() if "resolved" in entry] == []
    assert [name for name, entry in lock.items() if name and "integrity" not in entry] == []


@pytest.mark.parametrize("name", STYLES)
def test_styles_fetch_nothing_and_carry_no_foreign_brand(name: str) -> None:
    """No font, picture or import from anywhere, and nothing that belongs to GOV.UK alone."""
    css = built(name).read_text()
    assert not re.search(r"url\(|@import|@font-face", css)
    assert not re.search(r"GDS Transport|crown|#1d70b8|#0f7a52", css, re.IGNORECASE)


def test_a_first_visit_of_a_patient_is_small() -> None:
    """The patients' stylesheet leaves nearly half of the 15 kB of a first visit to the pages."""
    assert len(gzip.compress(built("patient.css").read_bytes())) < 8_500


def _inputs(app: Flask) -> str:
    """Every kind of item, with a unit and a fault, as GOV.UK's macros draw it."""
    with app.test_request_context():
        item = get_template_attribute("macros/item.html", "item")
        kinds = ("choice", "choices", "whole", "date", "text")
        return "".join(
            item("answer", "Recall", "Instruction", "Text", [("1", "One")], None, "Fault", kind, "Hint", "ml")
            for kind in kinds
        )


def test_what_patients_pages_use_is_not_left_out(app: Flask) -> None:
    """Each class of GOV.UK's that their templates name, and that of the inputs, has its styles."""
    templates = [*(ROOT / "templates" / "patient").glob("*.html"), *(ROOT / "templates").glob("*.html")]
    used = set(re.findall(r"govuk-[\w-]+", "".join([*(one.read_text() for one in templates), _inputs(app)])))
    whole, theirs = (
        set(re.findall(r"\.(govuk-[\w-]+)", built(name).read_text())) for name in ("staff.css", "patient.css")
    )
    assert used & whole - theirs == set()
    assert len(used & theirs) > 15


def test_the_licences_name_every_file_that_is_not_ours() -> None:
    """LICENCES.md lists what comes from others, with versions as pinned."""
    licences = (STATIC / "LICENCES.md").read_text()
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    for name in NOT_OURS:
        assert f"`{name}`" in licences
    for package in ("govuk-frontend", "plotly.js-cartesian-dist-min"):
        assert f"{package} {wanted[package]}" in licences
    assert f"v{wanted['plotly.js-cartesian-dist-min']}\n" in built(PLOTLY).read_text()[:100]


def test_charts_never_offer_to_send_data_away() -> None:
    """plotly 4 offers to upload charts to its maker; the configuration takes away button and address."""
    charts = built("charts.js").read_text()
    assert "showSendToCloud: false" in charts
    assert 'plotlyServerURL: ""' in charts
