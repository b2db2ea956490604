"""The staff's forms about people who join by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms.fields import region_named
from surveys.forms.staff import StaffForm, select_choices

_BETWEEN = re.compile(r"[\s,;]+")
OUTCOMES = {
    "apart": _("Nobody else: keep as a patient of its own"),
    "same": _("The same person as another patient"),
}


class JoiningForm(StaffForm):
    """The study's public page. `joining_form` adds a box of text for each language."""

    refused_at = "is_open"

    is_open = BooleanField(_("People may join by themselves"))
    countries = StringField(_("Only from these countries"), [Optional(), Length(max=200)])

    @property
    def codes(self) -> list[str]:
        """The countries, as they are written."""
        return [named for one in _BETWEEN.split(self.countries.data or "") if (named := region_named(one))]

    def information(self, locales: Sequence[str]) -> dict[str, str]:
        """What the page says, by locale."""
        texts = {locale: (self[f"information__{locale}"].data or "").strip() for locale in locales}
        return {locale: text for locale, text in texts.items() if text}


@cache
def joining_form(languages: tuple[tuple[str, str], ...]) -> type[JoiningForm]:
    """The form with a text for each language: locale and name."""
    boxes = {
        f"information__{locale}": TextAreaField(
            _("What the page says, %(name)s", name=name), [Length(max=20_000)]
        )
        for locale, name in languages
    }
    return type("StudyJoiningForm", (JoiningForm,), boxes)


class LookForm(StaffForm):
    """What a coordinator found about a patient who joined."""

    refused_at = "outcome"

    outcome = RadioField(
        _("Who is this?"),
        [InputRequired(_("Say who this is."))],
        choices=select_choices(OUTCOMES),
        validate_choice=True,
    )
    same_as = StringField(_("Study code of the other patient"), [Optional(), Length(max=64)])
