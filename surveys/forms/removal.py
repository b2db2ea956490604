"""The decision about a patient's identity."""

from __future__ import annotations

from wtforms import RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from analysis.words import words as _
from surveys.forms.records import RecordForm
from surveys.forms.staff import select_choices

REMOVE, DECLINE = "remove", "decline"
DECISIONS = {REMOVE: _("Remove the identity"), DECLINE: _("Remove nothing; settle the request")}


class RemovalForm(RecordForm):
    """Remove or decline; removal needs the study code again, because it cannot be undone."""

    decision = RadioField(
        _("What is done"),
        [InputRequired(_("Choose what is done."))],
        choices=select_choices(DECISIONS),
    )
    reason = TextAreaField(
        _("Why, or how the patient asked"), [InputRequired(_("Say why.")), Length(max=500)]
    )
    code = StringField(_("Study code, to confirm"), [Length(max=64)])

    def __init__(self, patient: str, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.patient = patient

    def nobody_asked(self) -> None:
        """Leave only removal, if there is no request to settle."""
        self.decision.choices = select_choices({REMOVE: DECISIONS[REMOVE]})

    def validate_code(self, field: StringField) -> None:
        """Refuse removal without the typed code."""
        if self.decision.data == REMOVE and (field.data or "").strip() != self.patient:
            raise ValidationError(_("Type the study code of this patient: it cannot be undone."))
