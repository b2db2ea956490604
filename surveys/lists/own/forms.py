"""The fields of a study's own forms: what the latest answers of a patient to each form say.

A form that is asked once for each patient and one of every visit are read alike. A field keeps its number in
all versions of its form, so the answers to an earlier version are read too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.instruments.instrument import Instrument
from surveys.instruments.own import OwnField, form_of
from surveys.lists.own.fields import LISTED, NO_ANSWER, Field, Kind
from surveys.lists.own.reading import Reading
from surveys.models import Patient
from surveys.models.dialects import iso_day

T = TypeVar("T")
KINDS: Mapping[str, Kind] = {
    "whole": "number",
    "decimal": "number",
    "date": "day",
    "choice": "choice",
    "choices": "choices",
    "text": "text",
}


def fields(forms: Iterable[Instrument], language: str) -> Iterator[Field]:
    """A field for each question of `forms`, in the words of `language` where a form has them."""
    for instrument in forms:
        form = form_of(instrument)
        title = _in(language, form.titles)
        for one in form.fields:
            yield _field(instrument.key, title, one, language)


def _field(form: str, title: str, one: OwnField, language: str) -> Field:
    item, kind = f"q{one.number}", KINDS[one.kind]
    label = _in(language, one.labels)
    unit = f" ({one.unit})" if one.unit else ""
    words = enumerate(_in(language, one.choices), start=1) if one.chosen else ()
    choices = {str(value): said for value, said in words}
    if kind == "choice":
        choices[NO_ANSWER] = _("No answer")
    return Field(
        f"own.{form}.{item}",
        title,
        f"{title}: {label}{unit}",
        kind,
        _read(form, item, one.kind),
        choices,
        found=_searched(form, item) if kind == "text" else None,
        exact=True,
    )


def _read(form: str, item: str, kind: str) -> Callable[[Reading], ColumnElement[Any]]:
    def read(reading: Reading) -> ColumnElement[Any]:
        answer: Any = reading.answers(form).c.answers[item]
        ways: Mapping[str, Callable[[], ColumnElement[Any]]] = {
            "whole": lambda: answer.as_integer(),
            "decimal": lambda: answer.as_float(),
            "date": lambda: iso_day(answer.as_string()),
            "choice": lambda: func.coalesce(cast(answer.as_integer(), String), NO_ANSWER),
            "choices": lambda: _listed(answer.as_string()),
            "text": lambda: answer.as_string(),
        }
        return ways[kind]()

    return read


def _listed(answer: ColumnElement[str]) -> ColumnElement[str | None]:
    """The values of a list as both databases write it, `[1, 3]` or `[1,3]`, each between two commas."""
    bare = func.replace(func.replace(func.replace(answer, "[", LISTED), "]", LISTED), " ", "")
    return func.nullif(bare, LISTED + LISTED)


def _searched(form: str, item: str) -> Callable[[Session, Reading, str], Sequence[int]]:
    """Whose text holds another: told here, because no database folds letters as we do."""

    def found(session: Session, reading: Reading, text: str) -> Sequence[int]:
        own = Reading(reading.scope)
        answer = _read(form, item, "text")(own)
        query: Select[Any] = select(Patient.id, answer).select_from(Patient)
        query = own.joined(query)
        rows = session.execute(query.where(and_(reading.scope.condition, answer.is_not(None))))
        wanted = same.folded(text)
        return [patient for patient, said in rows if wanted in same.folded(str(said))]

    return found


def _in(language: str, texts: Mapping[str, T]) -> T:
    return texts[language] if language in texts else next(iter(texts.values()))
