"""The form before the download of a study's data."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional

from surveys.forms.staff import StaffForm

FORMATS: Mapping[str, str] = {
    "tidy": "Plain tables with a codebook",
    "excel": "Excel: a workbook with a sheet for each table",
    "spss": "SPSS: labels, and why an answer is missing",
    "stata": "Stata: the same",
    "redcap": "REDCap project: dictionary, events, records",
    "fhir": "FHIR R4: questionnaires, responses, scores",
    "all": "Everything: data, definitions, words, plan, trail, to leave with",
    "bundle": "Reproduction bundle: data with dates, report, scripts",
}


class ExportForm(StaffForm):
    """The package; calendar dates only with the reason for them, which is recorded."""

    form = RadioField(
        "What",
        choices=[SelectChoice(value=form, label=label) for form, label in FORMATS.items()],
        default="tidy",
    )
    coarse = BooleanField("Coarser: nobody stands alone")
    shifted = BooleanField("Shift dates: all of a patient by one secret number of days")
    exact = BooleanField("Fill in calendar dates and years of birth")
    reason = StringField("Why calendar dates are needed", [Optional(), Length(max=500)])

    def leave_out(self, formats: Collection[str]) -> None:
        """Offer none of these formats."""
        self.form.choices = [
            SelectChoice(value=form, label=label) for form, label in FORMATS.items() if form not in formats
        ]
