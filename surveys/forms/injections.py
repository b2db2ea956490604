"""The form of an injection: a box of units for each muscle and side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import Field, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms import labels
from surveys.forms.fields import NumberField
from surveys.forms.records import RecordForm
from surveys.models.injection import INJECTED_SIDES, MUSCLES

_WITHIN = {"left": _("left"), "right": _("right")}


def _not_below_0(form: Any, field: Field) -> None:
    if field.data is not None and field.data < 0:
        raise ValidationError(_("%(text)s: units cannot be below 0.", text=field.label.text))


class _MapForm(RecordForm):
    """What stands below the table of muscles."""

    product = StringField(_("Product"), [Optional(), Length(max=200)])
    unit = StringField(
        _("Unit"), [InputRequired(_("Enter the unit, for example U.")), Length(max=32)], default="U"
    )
    reason = StringField(_("Why what was recorded is changed"), [Optional(), Length(max=500)])

    @property
    def sites(self) -> dict[tuple[str, str], float]:
        """The units that were typed, by muscle and side; 0 is none."""
        return {
            (muscle, side): units
            for muscle in MUSCLES
            for side in INJECTED_SIDES
            if (units := self[f"{muscle}_{side}"].data)
        }

    @property
    def rows(self) -> Iterator[tuple[str, list[tuple[str, Field]]]]:
        """Each muscle with the box of either side."""
        for muscle in MUSCLES:
            yield muscle, [(side, self[f"{muscle}_{side}"]) for side in INJECTED_SIDES]


def _boxes() -> Iterator[tuple[str, NumberField]]:
    for muscle in MUSCLES:
        for side in INJECTED_SIDES:
            words = _("%(muscle)s, %(side)s", muscle=labels.MUSCLES[muscle], side=_WITHIN[side])
            yield f"{muscle}_{side}", NumberField(words, [Optional(), _not_below_0])


InjectionMapForm: type[_MapForm] = type("InjectionMapForm", (_MapForm,), dict(_boxes()))


def typed_in(sites: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """The data of the boxes that show these units."""
    return {f"{muscle}_{side}": units for (muscle, side), units in sites.items()}
