"""Reports that several test modules read: each is made once in a test process, and nobody changes it."""

from functools import cache
from typing import Any

from analysis.report import report
from tests.analysis.outcomes import outcomes
from tests.analysis.studies import registry

AT = "2026-01-02T03:04:05Z"
SOFTWARE = "seventh 0.1.0"


@cache
def of_registry(seed: int, patients: int) -> dict[str, Any]:
    """Of a registry with everything in it."""
    return report(registry(seed, patients), generated_at=AT, software=SOFTWARE)


@cache
def of_outcomes() -> dict[str, Any]:
    """Of the made-up registry, with treatments close enough to scores for before and after."""
    return report(outcomes(), generated_at=AT, software=SOFTWARE)
