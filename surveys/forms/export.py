"""The form before the download of a study's data."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional

from analysis.words import words as _
from surveys.forms.staff import StaffForm

FORMATS: Mapping[str, str] = {
    "tidy": _("Plain tables with a codebook"),
    "excel": _("Excel: a workbook with a sheet for each table"),
    "spss": _("SPSS: labels, and why an answer is missing"),
    "stata": _("Stata: the same"),
    "redcap": _("REDCap project: dictionary, events, records"),
    "fhir": _("FHIR R4: questionnaires, responses, scores"),
    "all": _("Everything: data, definitions, words, plan, trail, to leave with"),
    "bundle": _("Reproduction bundle: data with dates, report, scripts"),
}


class ExportForm(StaffForm):
    """The package; calendar dates only with the reason for them, which is recorded."""

    form = RadioField(
        _("What"),
        choices=[SelectChoice(value=form, label=label) for form, label in FORMATS.items()],
        default="tidy",
    )
    coarse = BooleanField(_("Coarser: nobody stands alone"))
    shifted = BooleanField(_("Shift dates: all of a patient by one secret number of days"))
    exact = BooleanField(_("Fill in calendar dates and years of birth"))
    reason = StringField(_("Why calendar dates are needed"), [Optional(), Length(max=500)])

    def leave_out(self, formats: Collection[str]) -> None:
        """Offer none of these formats."""
        self.form.choices = [
            SelectChoice(value=form, label=label) for form, label in FORMATS.items() if form not in formats
        ]
