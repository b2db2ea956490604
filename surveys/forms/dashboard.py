"""The dashboard's filter bar. It lives in the address: query parameters, no CSRF token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import Form, SelectField, ValidationError
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
TIMES = {"acute": "Acute", "chronic": "Chronic"}
WORDINGS = {"own": "Working wording", "other": "Other wordings"}
STRATA = {"": "Side by side", "together": "Together"}

_SEX_WORDS = {"female": "women", "male": "men", "other": "sex other", "unknown": "sex not known"}
_TIME_WORDS = {"acute": "acute (under 90 days)", "chronic": "chronic (90 days and over)"}
_WORDING_WORDS = {"own": "working wording only", "other": "without working wording"}
_FAMILY_WORDS = {
    "medicine": "ever given medicine",
    "therapy": "ever given therapy",
    "toxin": "ever given botulinum toxin",
    "surgery": "ever operated on",
    "other": "ever given another treatment",
    "none yet": "no treatment yet",
}


class FilterField(SelectField):
    """A select whose fault says what was asked for and what to do."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a value in the address that is none of the choices."""
        if not any(choice.selected for choice in self.iter_choices()):  # type: ignore[attr-defined]
            raise ValidationError(
                f"{self.label.text}: “{self.data}” is not one of the choices. Choose one from the list."
            )


def _choices(words: Mapping[str, str], nothing: str | None) -> list[SelectChoice]:
    offered = [] if nothing is None else [SelectChoice(value="", label=nothing)]
    return offered + [SelectChoice(value=value, label=label) for value, label in words.items()]


class DashboardForm(Form):
    """Which patients and responses the figures show."""

    treatment = FilterField("Treatment", choices=_choices(FAMILIES, "All"), default="")
    cause = FilterField("Cause", choices=_choices(labels.CAUSES, "All"), default="")
    sex = FilterField("Sex", choices=_choices(labels.SEXES, "All"), default="")
    time = FilterField("Time since onset", choices=_choices(TIMES, "All"), default="")
    wording = FilterField("Wording", choices=_choices(WORDINGS, "As usual"), default="")
    strata = FilterField("Acute and chronic", choices=_choices(STRATA, None), default="")

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {name: value for name, value in self.data.items() if value and name != "strata"}

    @property
    def together(self) -> bool:
        """Whether acute and chronic patients are wanted in one panel; one of them alone is not mixed."""
        return bool(self.strata.data) and not self.time.data

    @property
    def in_words(self) -> str:
        """What is shown: “women, acute (under 90 days)”, or all patients."""
        chosen = self.filters
        words = [
            _SEX_WORDS.get(chosen.get("sex", "")),
            labels.CAUSES.get(chosen.get("cause", "")),
            _FAMILY_WORDS.get(chosen.get("treatment", "")),
            _TIME_WORDS.get(chosen.get("time", "")),
            _WORDING_WORDS.get(chosen.get("wording", "")),
        ]
        said = [word for word in words if word] or ["all patients"]
        return ", ".join([*said, *(["acute and chronic together"] if self.together else [])])
