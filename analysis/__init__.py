"""The statistics of Seventh, for a package that it exports or for tables of one's own.

    import analysis
    study = analysis.read("package.zip")
    analysis.correlations(study)

Each function takes a study and gives a data frame, a row per record of the report (docs/analysis.md). The
import loads nothing heavy: what a function needs comes when it is asked for.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "read": "analysis.data.package",
    "study": "analysis.data.own_tables",
    "ScaleInfo": "analysis.data.frame",
    "Threshold": "analysis.data.frame",
}


def __getattr__(name: str) -> Any:
    home = import_module(_HOMES.get(name, "analysis.tool"))
    if name.startswith("_") or not hasattr(home, name):
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(home, name)
