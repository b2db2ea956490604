"""The mapping that a REDCap project seems to need: forms with their days, events as visits, instances."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from analysis.words import counted
from analysis.words import words as _
from surveys.exchange.tables import facts, own_columns, proposing, recognising, treatments, values
from surveys.exchange.tables import redcap_foreign as foreign_forms
from surveys.exchange.tables.foreign_form import ForeignForm
from surveys.exchange.tables.mapping import InstrumentColumns, VisitColumn
from surveys.exchange.tables.own_columns import OwnColumns
from surveys.exchange.tables.programs import Habits
from surveys.exchange.tables.proposing import Proposal
from surveys.exchange.tables.recognising import Known
from surveys.exchange.tables.redcap_dictionary import Dictionary
from surveys.exchange.tables.redcap_records import EVENT, INSTANCE, INSTRUMENT, OWN, Asked
from surveys.exchange.tables.table import Column, Table
from surveys.exchange.tables.values import Seen
from surveys.instruments.instrument import Instrument

UNSENT = "[not completed]"  # what REDCap writes as the time of a survey that was never sent
_ARM = re.compile(r"_arm_([0-9]+)$")


def forms(dictionary: Dictionary, known: Sequence[Known]) -> Iterator[str]:
    """Which forms are instruments of ours, by their dictionary alone, a sentence each."""
    columns = [
        Column(
            one.name,
            one.label,
            one.choices,
            form=one.form,
            identity=one.identifier,
            computed=one.kind not in ("radio", "dropdown", "text"),
        )
        for one in dictionary.fields
    ]
    places = {column.name: column for column in columns}
    general, mine = _parted(known)
    found = recognising.found(columns, general)
    for one in found:
        form = places[next(iter(one.columns.values()))].form
        seen = {item: Seen(places[name]) for item, name in one.columns.items()}
        told = values.proposed(one, seen)
        doubts = dict.fromkeys(said for item in told.values() for said in item.doubts)
        unsure = doubts or one.lacking or "name" in one.by.values()
        yield counted(
            "Form %(form)s: %(title)s, %(num)d item, %(state)s.",
            "Form %(form)s: %(title)s, %(num)d items, %(state)s.",
            len(one.columns),
            form=form,
            title=one.instrument.short_title,
            state=proposing.UNSURE if unsure else proposing.CERTAIN,
        )
        yield from doubts
    named = {places[next(iter(one.columns.values()))].form for one in found}
    for foreign in foreign_forms.forms(dictionary, general):
        for own in own_columns.found(foreign, mine):
            named.add(foreign.name)
            yield _(
                "Form %(form)s: %(number)s of %(many)s questions are in the study's own form %(title)s.",
                form=foreign.name,
                number=len(own.columns.items),
                many=len(foreign.fields),
                title=own.instrument.short_title,
            )
            if own.unsure:
                yield _reworded(own)
    for form in dictionary.forms:
        if form not in named:
            yield _("Form %(form)s: no questionnaire of ours.", form=form)


def proposed(
    table: Table, dictionary: Dictionary, known: Sequence[Known], asked: Asked, zone: str = ""
) -> Proposal:
    """The mapping of a project's table. `zone` is the study's time zone."""
    own = tuple(
        column.name
        for column in table.columns
        if column.name in OWN or column.name.endswith(("_complete", "_timestamp"))
    )
    habits = Habits(
        patient=(dictionary.record_id,), own=own, identity=("redcap_survey_identifier",), alone=True
    )
    outside = {one.name for one in table.columns if asked.forms and one.form and one.form not in asked.forms}
    general, mine = _parted(known)
    looked = replace(
        table,
        columns=tuple(replace(one, identity=True) if one.name in outside else one for one in table.columns),
    )
    found = proposing.proposed(looked, general, zone, habits)
    doubts = {place: list(said) for place, said in found.doubts.items()}
    foreign = [
        (form, own_columns.found(form, mine))
        for form in foreign_forms.forms(dictionary, general)
        if not asked.forms or form.name in asked.forms
    ]
    # XML lacks the columns that nobody filled in.
    own_here = [one.only(table.places) for __, every in foreign for one in every]
    asked_here = {one.instrument.key: one.columns for one in own_here if one.columns.items}
    for made in own_here:
        if made.unsure:
            doubts.setdefault(f"instruments.{made.instrument.key}", []).append(_reworded(made))
    remarks = [*found.remarks, *_told(foreign)]
    if asked_here and not found.mapping.instruments:
        doubts["columns"] = [said for said in doubts.get("columns", ()) if said != proposing.NONE_OF_OURS]
    instruments: dict[str, InstrumentColumns] = {}
    clocks: list[str] = []
    for key, one in {**found.mapping.instruments, **asked_here}.items():
        form = table.column(next(iter(one.items.values()))).form
        day = _day(table, dictionary, form)
        beside = "" if day else _day_beside(table, dictionary, one.items.values())
        if beside:
            said = _(
                "%(form)s has no day of its own. %(column)s, of the form %(other)s, is proposed as its day. "
                "Is it?",
                form=form,
                column=beside,
                other=table.column(beside).form,
            )
            doubts.setdefault(f"instruments.{key}", []).append(said)
        elif not day:
            said = _(
                "The form %(form)s has neither a timestamp nor a date. Say which field holds the day "
                '(completed_on = "visit_date").',
                form=form,
            )
            doubts.setdefault(f"instruments.{key}", []).append(said)
        elif not day.endswith("_timestamp"):
            doubts.setdefault(f"instruments.{key}", []).append(
                _("%(column)s is proposed as the day of %(form)s. Is it?", column=day, form=form)
            )
        else:
            clocks.append(day)
        partial = {f"{form}_timestamp": (UNSENT,), f"{form}_complete": ("0",)}
        there = {column: cells for column, cells in partial.items() if column in table.places}
        asks = bool(doubts.get(f"instruments.{key}"))
        confirmed = one.confirmed and not asks
        instruments[key] = replace(one, completed_on=day or beside, partial=there, confirmed=confirmed)
    if clocks:
        counts = (
            _("%(zone)s, the study's, is taken.", zone=zone)
            if zone
            else _("its calendar days count. To keep the time: timezone = …")
        )
        told = _("%(column)s is in the time of REDCap's server: %(taken)s", column=clocks[0], taken=counts)
        doubts.setdefault("dates", []).append(told)
    taken = {column for one in asked_here.values() for column in one.items.values()}
    given = _treatments(table, dictionary, found, taken)
    for form, treatment in given.items():
        doubts[f"treatments.{form}"] = list(treatment.doubts)
    mapping = replace(
        found.mapping,
        visit=_visit(table, found.mapping.visit),
        treatments={form: treatment.mapping for form, treatment in given.items()},
        instruments=instruments,
        timezone=zone if clocks else "",
        missing=asked.missing,
        forms=asked.forms,
        labels=asked.labels,
    )
    used = {column for _, column in mapping.named()}
    left = {name: why for name, why in found.left.items() if name not in used}
    left |= dict.fromkeys((name for name in left if name in outside), _("is of a form that is left out"))
    mapping = replace(mapping, left_out=tuple(left))
    return replace(
        found,
        mapping=mapping,
        doubts={place: tuple(said) for place, said in doubts.items()},
        left=left,
        remarks=tuple(remarks),
    )


def _parted(known: Sequence[Known]) -> tuple[list[Known], list[Instrument]]:
    """The instruments that any study may ask, and the study's own forms, which are found by their words."""
    general = [one for one in known if one.instrument.study is None]
    return general, [one.instrument for one in known if one.instrument.study is not None]


def _reworded(own: OwnColumns) -> str:
    return _(
        "%(title)s: %(columns)s are asked, or offer choices, in other words than when the form was made. Are "
        "these its questions?",
        title=own.instrument.short_title,
        columns=", ".join(own.unsure),
    )


def _told(foreign: Sequence[tuple[ForeignForm, Sequence[OwnColumns]]]) -> Iterator[str]:
    for form, every in foreign:
        many = len(form.fields)
        for own in every:
            yield _(
                "%(title)s: %(number)s of %(many)s questions are in the study's own form.",
                title=own.instrument.short_title,
                number=len(own.columns.items),
                many=many,
            )
        if not every and not foreign_forms.tells_of_treatments(form):
            yield counted(
                "Form %(name)s: %(num)d question can come in as a form of the study's own. Make it first, "
                "from this file: Own forms, or seventh study take-forms.",
                "Form %(name)s: %(num)d questions can come in as a form of the study's own. Make it first, "
                "from this file: Own forms, or seventh study take-forms.",
                many,
                name=form.name,
            )


def _treatments(
    table: Table, dictionary: Dictionary, found: Proposal, taken: Collection[str]
) -> dict[str, treatments.ProposedTreatment]:
    """The treatments of repeating forms that are no questionnaire of ours."""
    if INSTRUMENT not in table.places:
        return {}
    asking = {table.column(column).form for one in found.found for column in one.columns.values()}
    repeated = [form for form in table.counted(INSTRUMENT) if form not in asking]
    days: dict[str, list[str]] = {}
    for one in dictionary.fields:
        if one.is_day:
            days.setdefault(one.form, []).append(one.name)
    left = [table.column(name) for name in found.left if name not in taken]
    return treatments.proposed(repeated, days, left)


def _day(table: Table, dictionary: Dictionary, form: str) -> str:
    stamp = f"{form}_timestamp"
    if stamp in table.places and table.counted(stamp):
        return stamp
    days = (one.name for one in dictionary.fields if one.form == form and one.is_day and not one.identifier)
    # The day of an onset or a birth is never that of the answers.
    return next((name for name in days if name in table.places and not facts.is_fact(name)), "")


def _day_beside(table: Table, dictionary: Dictionary, items: Collection[str]) -> str:
    """A day of another form that stands beside each answer: an event may have one for all its forms."""
    asked = [table.places[name] for name in items]
    filled = [cells for _, cells in table.rows if any(cells[place] for place in asked)]
    for one in dictionary.fields:
        usable = one.is_day and one.name in table.places and not one.identifier
        if usable and not facts.is_fact(one.name) and not foreign_forms.tells_of_birth(one):
            place = table.places[one.name]
            if filled and all(cells[place] for cells in filled):
                return one.name
    return ""


def _visit(table: Table, visit: VisitColumn) -> VisitColumn:
    occurrence = INSTANCE if INSTANCE in table.places else ""
    if EVENT not in table.places:
        return replace(visit, occurrence=occurrence)
    events = list(table.counted(EVENT))
    arms = {found[1] for event in events if (found := _ARM.search(event))}
    names = {event: _ARM.sub("", event) for event in events} if len(arms) == 1 else {}
    return VisitColumn(column=EVENT, names=names, occurrence=occurrence)
