"""Every kind of job, and the work it means."""

from __future__ import annotations

from collections.abc import Mapping

from surveys.jobs.boards.painting import paint
from surveys.jobs.exports import export, freeze
from surveys.jobs.findings import KIND as CHECKS
from surveys.jobs.findings import count
from surveys.jobs.imports import bring_in, take_back
from surveys.jobs.reports import freeze_report, report, report_pdf
from surveys.jobs.running import Work

WORKS: Mapping[str, Work] = {
    "board": paint,
    CHECKS: count,
    "export": export,
    "freeze": freeze,
    "freeze_report": freeze_report,
    "import": bring_in,
    "import_undo": take_back,
    "report": report,
    "report_pdf": report_pdf,
}
STORING = frozenset({"import", "import_undo"})
"""Works that mostly store. On SQLite patients wait while one of them writes, so it is never put back."""
