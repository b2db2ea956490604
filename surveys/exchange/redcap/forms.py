"""The forms of a REDCap project: patient, treatment, grading, and one for each instrument. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from analysis.data import facts
from surveys.exchange.redcap.formulas import formula
from surveys.exchange.redcap.project import RECORD_ID, Field, Form
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.exchange.tidy.codes import PRECISIONS
from surveys.forms import labels
from surveys.instruments.instrument import Instrument, Item
from surveys.typed import FIRST_YEAR

# REDCap's projects number the sexes; other codes are our own.
SEXES: Mapping[str, str] = {"female": "1", "male": "2", "other": "3", "unknown": "9"}
HOUSE_BRACKMANN: Mapping[str, str] = {
    str(grade): told for grade, told in enumerate(("I", "II", "III", "IV", "V", "VI"), 1)
}
PATIENT, TREATMENT, GRADING = "patient", "treatment", "grading"
NOBODY_ALERTS = "An answer above {below} needs a person. REDCap alerts nobody by itself."
VALIDATION: Mapping[str, str] = {"whole": "integer", "decimal": "number", "date": "date_ymd"}
# What is told of a response beside its answers, in hidden fields.
TOLD: Mapping[str, str] = {
    "version": "Version of the definition",
    "wording": "Name of the text that was answered",
    "text_status": "Whose words these were",
    "locale": "Language",
    "source": "How it was answered",
    "answered_by": "Who answered",
    "seconds": "Seconds from the first answer to sending",
    "completed_on": "Day of the answers",
}


def patient() -> Form:
    """What is known of the patient; the first field is the record."""
    return Form(
        PATIENT,
        "Patient",
        (
            Field(RECORD_ID, PATIENT, "text", "Study code"),
            Field("site", PATIENT, "text", "Site"),
            Field("enrolled_on", PATIENT, "text", "Day of enrolment", validation="date_ymd"),
            _chosen("sex", PATIENT, "Sex", {SEXES[code]: told for code, told in facts.SEXES.items()}),
            Field(
                "birth_year",
                PATIENT,
                "text",
                "Year of birth",
                validation="integer",
                low=str(FIRST_YEAR),
                high="2200",
            ),
            _chosen("palsy_side", PATIENT, "Side of the palsy", facts.SIDES),
            _chosen("cause", PATIENT, "Cause", facts.CAUSES, "dropdown"),
            Field("onset_on", PATIENT, "text", "Onset: YYYY, YYYY-MM or YYYY-MM-DD"),
            _chosen("onset_precision", PATIENT, "How exactly the onset is known", PRECISIONS),
        ),
    )


def treatment() -> Form:
    """One treatment; the form repeats."""
    return Form(
        TREATMENT,
        "Treatment",
        (
            _chosen("tx_kind", TREATMENT, "Kind", labels.TREATMENTS, "dropdown"),
            _chosen("tx_state", TREATMENT, "State", labels.TREATMENT_STATES),
            Field("tx_started_on", TREATMENT, "text", "Start: YYYY, YYYY-MM or YYYY-MM-DD"),
            _chosen("tx_precision", TREATMENT, "How exactly the start is known", PRECISIONS),
            Field("tx_ended_on", TREATMENT, "text", "End", validation="date_ymd"),
            Field("tx_dose", TREATMENT, "text", "Dose", validation="number"),
            Field("tx_unit", TREATMENT, "text", "Unit of the dose"),
            Field("tx_product", TREATMENT, "text", "Product"),
            Field("tx_sessions", TREATMENT, "text", "Sessions", validation="integer"),
            _chosen("tx_side", TREATMENT, "Side treated", facts.SIDES),
        ),
    )


def grading() -> Form:
    """One grading by a clinician; the form repeats."""
    return Form(
        GRADING,
        "Grading",
        (
            _chosen("hb_grade", GRADING, "House–Brackmann", HOUSE_BRACKMANN, "dropdown"),
            Field("hb_on", GRADING, "text", "Day of the House–Brackmann grade", validation="date_ymd"),
            Field("sb_score", GRADING, "text", "Sunnybrook", validation="integer", low="-100", high="100"),
            Field("sb_on", GRADING, "text", "Day of the Sunnybrook grading", validation="date_ymd"),
        ),
    )


def _chosen(name: str, form: str, label: str, choices: Mapping[str, str], kind: str = "radio") -> Field:
    return Field(name, form, kind, label, choices=choices)


def of_instrument(versions: Sequence[AnsweredInstrument]) -> Form:
    """The form of an instrument in all its answered `versions` and wordings, the newest last."""
    newest = versions[-1].instrument
    items = {item.key: (item, one) for one in versions for item in one.instrument.asked(optional=True)}
    sections: set[str] = set()
    return Form(
        newest.key,
        newest.short_title,
        (
            *(_of_item(one, item, sections) for item, one in items.values()),
            *_scores(newest),
            *_told(newest.key),
        ),
    )


def _of_item(one: AnsweredInstrument, item: Item, sections: set[str]) -> Field:
    instrument, name = one.instrument, f"{one.instrument.key}_{item.key}"
    alert = next((alert for alert in instrument.alerts if alert.item == item.key), None)
    words = one.words(item)
    header = ""
    if item.section not in sections and one.text:
        section = one.text.sections[item.section]
        header = " ".join(part for part in (section.recall, section.instruction) if part)
    sections.add(item.section)
    kind = {"choice": "radio", "choices": "checkbox"}.get(item.kind, "text")
    return Field(
        name,
        instrument.key,
        kind,
        one.text.items[item.key] if one.text else item.label,
        section=header,
        choices={str(value): words.get(value, str(value)) for value in instrument.values(item.key)},
        note=NOBODY_ALERTS.format(below=alert.at_least - 1) if alert else "",
        validation=VALIDATION.get(item.kind, ""),
        low="" if item.low is None else f"{item.low:g}",
        high="" if item.high is None else f"{item.high:g}",
        annotation=f"@SEVENTH-ALERT='{alert.rule}'" if alert else "",
        item=item.key,
    )


def _scores(instrument: Instrument) -> Iterator[Field]:
    for scale in instrument.scales:
        calculation = formula(instrument, scale)
        title = f"{instrument.short_title}: {scale.title}"
        name = f"{instrument.key}_{scale.key}"
        if calculation is None:
            yield Field(name, instrument.key, "text", title, validation="number", annotation="@READONLY")
        else:
            yield Field(name, instrument.key, "calc", title, calculation=calculation, of_data=False)


def _told(key: str) -> Iterable[Field]:
    for name, label in TOLD.items():
        validation = {"seconds": "number", "completed_on": "date_ymd"}.get(name, "")
        yield Field(f"{key}_{name}", key, "text", label, validation=validation, annotation="@HIDDEN")
