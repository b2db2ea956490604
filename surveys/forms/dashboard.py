"""The dashboard's filter bar. It lives in the address: query parameters, no CSRF token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from wtforms import Form, HiddenField, SelectField, ValidationError
from wtforms.validators import Optional

from analysis.data.facts import CAUSES, SEXES, SIDES
from analysis.data.kinds import ALL_FAMILIES, NONE_YET
from analysis.words import joined
from analysis.words import words as _
from surveys.forms import labels
from surveys.forms.fields import DayField
from surveys.forms.staff import select_choices

FAMILIES = {**labels.TREATMENT_FAMILIES, NONE_YET: _("No treatment yet")}
AGES = {"under 40": _("Under 40"), "40 to 59": _("40 to 59"), "60 and over": _("60 and over")}
TIMES = {"acute": _("Acute"), "chronic": _("Chronic")}
WORDINGS = {"own": _("Working wording"), "other": _("Other wordings")}
STRATA = {"": _("Side by side"), "together": _("Together")}

_SEX_WORDS = {"female": _("women"), "male": _("men"), "other": _("sex other"), "unknown": _("sex not known")}
_TIME_WORDS = {"acute": _("acute (under 90 days)"), "chronic": _("chronic (90 days and over)")}
_SIDE_WORDS = {
    "left": _("left side"),
    "right": _("right side"),
    "both": _("both sides"),
    "unknown": _("side not known"),
}
_WORDING_WORDS = {"own": _("working wording only"), "other": _("without working wording")}
_FAMILY_WORDS = {family.key: _("ever %(done)s", done=family.done) for family in ALL_FAMILIES}
_FAMILY_WORDS[NONE_YET] = _("no treatment yet")


class FilterField(SelectField):
    """A select whose fault names the requested value and what to do."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a value in the address that is not one of the choices."""
        if not any(choice.selected for choice in self.iter_choices()):  # type: ignore[attr-defined]
            raise ValidationError(
                _(
                    "%(text)s: “%(data)s” is not one of the choices. Choose one from the list.",
                    text=self.label.text,
                    data=self.data,
                )
            )


class DashboardForm(Form):
    """The patients and responses of the figures.

    `visits` and `locales` are the study's, value and words. People who may not open patients get no days,
    because two spans that differ by one day would reveal the answers of a few patients.
    """

    treatment = FilterField(_("Treatment"), choices=select_choices(FAMILIES, _("All")), default="")
    cause = FilterField(_("Cause"), choices=select_choices(CAUSES, _("All")), default="")
    sex = FilterField(_("Sex"), choices=select_choices(SEXES, _("All")), default="")
    time = FilterField(_("Time since onset"), choices=select_choices(TIMES, _("All")), default="")
    age = FilterField(_("Age at first visit"), choices=select_choices(AGES, _("All")), default="")
    side = FilterField(_("Side"), choices=select_choices(SIDES, _("All")), default="")
    visit = FilterField(_("Visit"), default="")
    since = DayField(_("From"), validators=[Optional()])
    until = DayField(_("To"), validators=[Optional()])
    locale = FilterField(_("Language"), default="")
    source = FilterField(_("Answered by"), choices=select_choices(labels.SOURCES, _("All")), default="")
    wording = FilterField(_("Wording"), choices=select_choices(WORDINGS, _("As usual")), default="")
    pair = HiddenField(default="")  # scales on the page that shows one closely
    strata = FilterField(_("Acute and chronic"), choices=select_choices(STRATA, None), default="")

    def __init__(
        self,
        formdata: Any,
        *,
        visits: Mapping[str, str],
        locales: Iterable[str],
        may_open_patients: bool,
    ) -> None:
        super().__init__(formdata)
        self.visits = visits
        self.visit.choices = select_choices(visits, _("All"))
        self.locale.choices = select_choices({locale: locale for locale in locales}, _("All"))
        if not may_open_patients:
            del self.since, self.until

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, by name; days as ISO dates."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in self.data.items()
            if value and name not in ("strata", "pair")
        }

    @property
    def address(self) -> dict[str, str]:
        """The filters that stay in the address of another page."""
        others = {name: self[name].data for name in ("strata", "pair") if self[name].data}
        return {**self.filters, **others}

    @property
    def together(self) -> bool:
        """Whether acute and chronic patients share one panel; a single stratum is not mixed."""
        return bool(self.strata.data) and not self.time.data

    @property
    def chips(self) -> list[tuple[str, str]]:
        """The filters that are set, by name, in words."""
        chosen = self.filters
        words = {
            "sex": _SEX_WORDS.get(chosen.get("sex", "")),
            "cause": CAUSES.get(chosen.get("cause", "")),
            "treatment": _FAMILY_WORDS.get(chosen.get("treatment", "")),
            "time": _TIME_WORDS.get(chosen.get("time", "")),
            "age": _("aged %(chosen)s", chosen=chosen["age"]) if "age" in chosen else None,
            "side": _SIDE_WORDS.get(chosen.get("side", "")),
            "visit": _("visit %(visits)s", visits=self.visits[chosen["visit"]])
            if "visit" in chosen
            else None,
            "since": _("from %(chosen)s", chosen=chosen["since"]) if "since" in chosen else None,
            "until": _("to %(chosen)s", chosen=chosen["until"]) if "until" in chosen else None,
            "locale": _("in language %(chosen)s", chosen=chosen["locale"]) if "locale" in chosen else None,
            "source": _("answered by %(sources)s", sources=labels.SOURCES[chosen["source"]])
            if "source" in chosen
            else None,
            "wording": _WORDING_WORDS.get(chosen.get("wording", "")),
            "strata": _("acute and chronic together") if self.together else None,
        }
        return [(name, word) for name, word in words.items() if word]

    @property
    def in_words(self) -> str:
        """The filters in words: “women, acute (under 90 days)”, or all patients."""
        said = [word for name, word in self.chips if name != "strata"] or [_("all patients")]
        return joined(", ", [*said, *(word for name, word in self.chips if name == "strata")])

    def without(self, name: str) -> dict[str, str]:
        """The address without one filter."""
        return {key: value for key, value in self.address.items() if key != name}
