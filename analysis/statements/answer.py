"""Many sentences in one: what is told of several scales, by stratum, as the answer to a question."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.data.frame import ScaleInfo
from analysis.statements.statement import Statement
from analysis.statements.words import STRATUM_WORDS, listed, shifted
from analysis.words import words as _

AND = _(", and ")  # between clauses
NOTHING_TOLD = _("Nothing can be told of this yet.")


@dataclass(frozen=True)
class Wording:
    """The words for scores in a direction, for scores without a clear one, and for those not told.

    Each has one ``{}`` for the scores.
    """

    clear: str
    unclear: str
    untold: str = _("of {} it cannot be told")


def in_one(
    told: Sequence[Statement],
    info: Mapping[str, ScaleInfo],
    strata: Sequence[str | None],
    wording: Callable[[str | None], Wording],
) -> str:
    """The directions of these sentences in one; ``wording`` has the words for each ``other``.

    A sentence's own rule decides its direction: here only scores of one direction are named together.
    """
    clauses: dict[str | None, list[str]] = {}
    for stratum in strata:
        of = [one for one in told if one.stratum == stratum]
        clauses[stratum] = [
            clause
            for other in dict.fromkeys(one.other for one in of)
            for clause in _clauses([one for one in of if one.other == other], info, wording(other))
        ]
    return by_stratum(clauses)


def by_stratum(clauses: Mapping[str | None, Sequence[str]]) -> str:
    """The clauses on the patients of each stratum as one sentence."""
    answers = [
        _(
            "in %(stratum)s patients %(listed)s",
            stratum=STRATUM_WORDS[stratum or "all"],
            listed=listed(of, str(AND)),
        )
        for stratum, of in clauses.items()
        if of
    ]
    return _sentence("; ".join(map(str, answers))) if answers else str(NOTHING_TOLD)


def joined(told: Sequence[Statement], strata: Sequence[str | None]) -> str:
    """Sentences on one scale as one, a stratum after the other; a reason that all share stands once."""
    of = [one for one in told if one.stratum in strata]
    if not of:
        return str(NOTHING_TOLD)
    reasons = {str(one.why) for one in of if one.why and _reason(one)}
    clauses = [str(one.text).removesuffix(_reason(one)).removesuffix(".") for one in of]
    first, *others = clauses
    return _sentence("; ".join([first, *map(_lower, others), *sorted(reasons)]))


def _clauses(of: Sequence[Statement], info: Mapping[str, ScaleInfo], words: Wording) -> Iterator[str]:
    directed = [
        shifted(info[one.scale], higher=one.direction == "higher")
        for one in of
        if one.scale and one.direction in ("higher", "lower")
    ]
    for template, scores in (
        (words.clear, directed),
        (words.unclear, [info[one.scale].label for one in of if one.scale and one.direction == "none"]),
        (words.untold, [info[one.scale].label for one in of if one.scale and one.direction == "not_told"]),
    ):
        if scores:
            yield str(template).format(listed(scores))


def _reason(one: Statement) -> str:
    """The sentence at the end of a text that only says why nothing is told."""
    why = f" {_sentence(str(one.why or ''))}"
    return why if one.why and str(one.text).endswith(why) else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


def _lower(text: str) -> str:
    """A sentence's beginning within another, unless it begins with a name."""
    return f"{text[0].lower()}{text[1:]}" if text.startswith("In ") else text
