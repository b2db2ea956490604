"""The import rule, and what a start of the server may not load."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import holding, nodes

ROOT = Path(__file__).parent.parent
CHANGE_KINDS = {"sdc_individual", "sdc_group", "mdc95", "reliable_change", "mcid", "mcid_percent_of_baseline"}
SAY_CHANGE_KINDS = {
    "analysis/data/change.py",  # their home
    "surveys/instruments/scale.py",  # the vocabulary of definitions
    "surveys/instruments/handbook.py",  # its words
}
LIGHT = ("__init__", "change", "gradings", "kinds", "matrix", "onset", "pages", "record", "statuses")
HEAVY = {"numpy", "pandas", "plotly", "pyreadstat", "scipy", "statsmodels"}
# What a page or two need: each would make every process of the server larger.
SELDOM = {
    "alembic",
    "authlib",
    "cryptography",
    "email.policy",
    "joserfc",
    "markdown_it",
    "phonenumbers",
    "psycopg",
    "python_calamine",
    "requests",
    "segno",
    "smtplib",
    "sqlalchemy.ext.asyncio",
    "statistics",
    "surveys.exchange.fhir",
    "surveys.exchange.foreign",
    "surveys.exchange.importing",
    "surveys.exchange.moving",
    "surveys.exchange.redcap",
    "surveys.exchange.tables.incoming",
    "surveys.exchange.tidy",
    "surveys.views.api.redcap",
    "surveys.views.api.rest",
    "unittest",
    "webauthn",
    "xlsxwriter",
}
KNOW_FLASK = ("surveys/cli", "surveys/db", "surveys/forms", "surveys/views", "surveys/security.py")


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def importers(package: str, paths: list[Path]) -> set[str]:
    """Those of the files that import a package whose name begins so."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if holding(path, f"from {package}", f"import {package}")
        if any(name.split(".")[0] == package or name.startswith(f"{package}_") for name in imported(path))
    }


def test_the_import_rule_holds() -> None:
    """Each line of the layout imports only lines below it, and `analysis` nothing of ours."""
    tool = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [tool, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_nothing_imports_the_application() -> None:
    """`app.py` puts the parts together; no part knows it."""
    assert importers("app", sources("surveys", "analysis", "migrations")) == set()


def test_only_the_edge_knows_flask() -> None:
    """What is stored, scored and computed needs no web server (accounts are Flask-Security's)."""
    knowing = importers("flask", sources("surveys", "analysis"))
    assert {path for path in knowing if not path.startswith(KNOW_FLASK)} == set()


def test_one_module_loads_flask_security() -> None:
    """Another that came first would load what the one leaves out."""
    assert importers("flask_security", sources("surveys")) == {"surveys/security.py"}


@pytest.mark.parametrize("package", ["sqlalchemy", "pandas", "wtforms"])
def test_instruments_stand_alone(package: str) -> None:
    """What is asked and how it is scored needs no database, no forms and no frames."""
    assert importers(package, sources("surveys/instruments")) == set()


def test_the_server_starts_without_what_it_seldom_needs(sqlite_url: str) -> None:
    """No statistics before a dashboard, no mail and no picture before one is sent; it leaves no file open."""
    program = (
        "import sys\n"
        "from app import create_app\n"
        "client = create_app().test_client()\n"
        "assert client.get('/').status_code < 400\n"
        "assert client.get('/s/unknown').status_code == 404\n"
        f"print(*{HEAVY | SELDOM} & sys.modules.keys())\n"
    )
    environment = {**os.environ, "SEVENTH_DATABASE_URL": sqlite_url, "SEVENTH_SECRET_KEY": "test " * 10}
    run = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [], "loaded at the start of the server"
    assert "ResourceWarning" not in run.stderr


def test_one_thread_multiplies_matrices() -> None:
    """Or the last digits of a report would depend on how many processors a machine has."""
    program = (
        "import os, surveys, numpy as np\n"
        "wide = np.ones((600, 600)) @ np.ones((600, 600))\n"
        "print(len(os.listdir('/proc/self/task')))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True
    )
    assert run.stdout.split() == [b"1"]


def test_what_the_tables_mean_needs_the_standard_library_alone() -> None:
    """Pages and commands import these at their start, and the package with them."""
    light = [ROOT / "analysis" / "data" / f"{name}.py" for name in LIGHT]
    light += [ROOT / "analysis" / name for name in ("__init__.py", "words.py")]
    found = {name for path in light for name in imported(path)} - {"analysis.words"}
    assert {name for name in found if name.split(".")[0] not in sys.stdlib_module_names} == set()


def test_amounts_of_change_are_chosen_in_one_place() -> None:
    """A second list of the published kinds would judge a patient in a second way."""
    saying = {
        path.relative_to(ROOT).as_posix()
        for path in sources("surveys", "analysis")
        if holding(path, *CHANGE_KINDS)
        for node in nodes(path)
        if isinstance(node, ast.Constant) and node.value in CHANGE_KINDS
    }
    assert saying == SAY_CHANGE_KINDS


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    """A file of 400 lines has more than one reason to change; only a migration has to say all at once."""
    ours = sources("surveys", "analysis", "tests", "benchmarks")
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in ours
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
