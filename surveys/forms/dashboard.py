"""The dashboard's filter bar. It lives in the address: query parameters, no CSRF token."""

from __future__ import annotations

from wtforms import Form, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from surveys.forms import labels

FAMILIES = {
    "medicine": "Medicine (steroid, antiviral)",
    "therapy": "Therapy (physiotherapy, mime, biofeedback …)",
    "toxin": "Botulinum toxin",
    "surgery": "Surgery",
    "other": "Other treatment",
    "none yet": "No treatment yet",
}
TIMES = {"acute": "Acute (under 90 days)", "chronic": "Chronic (90 days and over)"}
STRATA = {"": "Acute and chronic side by side", "together": "All together (mixes two populations)"}


def _choices(words: dict[str, str], nothing: str | None) -> list[SelectChoice]:
    offered = [] if nothing is None else [SelectChoice(value="", label=nothing)]
    return offered + [SelectChoice(value=value, label=label) for value, label in words.items()]


class DashboardForm(Form):
    """Which patients and responses the figures show."""

    treatment = SelectField("Treatment", choices=_choices(FAMILIES, "All"), default="")
    cause = SelectField("Cause", choices=_choices(dict(labels.CAUSES), "All"), default="")
    sex = SelectField("Sex", choices=_choices(dict(labels.SEXES), "All"), default="")
    time = SelectField("Time since onset", choices=_choices(TIMES, "All"), default="")
    strata = SelectField("Show", choices=_choices(STRATA, None), default="")
