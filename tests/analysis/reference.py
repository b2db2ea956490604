"""The reference cases computed by R (see the scripts beside them), read once."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

FOLDER = Path(__file__).parent.parent / "data" / "statistics"
CLOSED_FORM = 1e-8


def expected(case: str) -> dict[str, Any]:
    return json.loads((FOLDER / case / "expected.json").read_text(encoding="utf-8"))


def given(case: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / case / "input.csv")


def close(value: object) -> object:
    """Equal to R in closed form."""
    return pytest.approx(value, rel=CLOSED_FORM, abs=1e-14)
