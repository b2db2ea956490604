"""Forms of a file of another program, made forms of a study's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from analysis.words import counted, joined
from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.fhir import incoming as resources
from surveys.exchange.foreign import fhir
from surveys.exchange.tables import (
    incoming,
    own_columns,
    redcap_dictionary,
    redcap_foreign,
    redcap_pair,
    redcap_project,
)
from surveys.exchange.tables.foreign_form import ForeignForm, own_form, parts, told
from surveys.exchange.tables.recognising import Known
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.errors import Refused
from surveys.store.words import own_forms

NONE = _("There is no form in this file that is not Seventh's already.")


def read(
    content: bytes, known: Sequence[Known], named: Collection[str] = ()
) -> tuple[list[ForeignForm], list[str]]:
    """The forms of a REDCap dictionary or project, or of Questionnaires, and what is to be known of them.

    Those of `named` alone, where it names any.

    Raises:
        FileRefused: it is neither, has none, or lacks one that is named.
    """
    general = [one for one in known if one.instrument.study is None]
    if resources.is_fhir(content):
        found, lines = fhir.forms(content, general)
    else:
        found, lines = _of_redcap(content, general), []
    by_name = {one.name: one for one in found}
    if strangers := [name for name in named if name not in by_name]:
        has = ", ".join(by_name) or _("none")
        raise FileRefused(
            [
                Fault(_("It has no form %(name)s. It has: %(names)s.", name=name, names=has))
                for name in strangers
            ]
        )
    taken: list[ForeignForm] = []
    for form in found:
        if named and form.name not in named:
            continue
        if not named and redcap_foreign.tells_of_treatments(form):
            lines.append(
                _(
                    "Form %(name)s seems to hold treatments, which the import takes as such. Name it to make "
                    "a form of it all the same.",
                    name=form.name,
                )
            )
            continue
        lines += told(form)
        taken += parts(form)
    if not taken:
        raise FileRefused([Fault(joined(" ", [*lines, NONE]))])
    return taken, lines


def _of_redcap(content: bytes, known: Sequence[Known]) -> list[ForeignForm]:
    if incoming.is_project(content):
        return redcap_foreign.forms(redcap_project.read(content).dictionary, known)
    pair = redcap_pair.read(content)
    dictionary = redcap_dictionary.read(pair[0] if pair else content)
    header = pair[1].split(b"\n", 1)[0].decode("utf-8", "replace") if pair else ""
    surveys = [form for form in dictionary.forms if f"{form}_timestamp" in header]
    return redcap_foreign.forms(dictionary, known, surveys)


def keep(
    session: Session,
    study: Study,
    forms: Sequence[ForeignForm],
    library: Library,
    *,
    at: datetime,
    actor: str,
) -> list[str]:
    """Make them forms of the study's own; returns what was made, a sentence each.

    Raises:
        Refused: the study is closed, or has another form of such a title.
    """
    lines: list[str] = []
    own = own_forms.of_study(session, study.id, library)
    for form in forms:
        there = own_columns.found(form, own)
        if sum(len(one.columns.items) for one in there) == len(form.fields):
            lines += [_("%(title)s is there already.", title=one.instrument.short_title) for one in there]
            continue
        for one in there:
            origin = one.instrument.origin
            # A form of another project may have the same name: that lacks what the first one asks.
            grown = origin is not None and own_columns.suits(form, one.instrument) == len(origin.items)
            if origin is not None and grown and origin.is_of(form.program, form.address):
                known = {name for of_it in there for name in of_it.columns.items.values()}
                raise Refused(
                    _(
                        "%(title)s was made of this form, which asks more by now: %(names)s. Add that there, "
                        "in the same words.",
                        title=one.instrument.short_title,
                        names=", ".join(field.name for field in form.fields if field.name not in known),
                    )
                )
        if any(form.title in own_columns.titles_of(one) for one in own):
            raise Refused(
                _(
                    "The study has a form %(title)s already, with other questions. Rename that one, or "
                    "add there what is missing.",
                    title=form.title,
                )
            )
        made = own_forms.keep(session, study, own_form(form, study.locales), library, at=at, actor=actor)
        lines.append(
            counted(
                "%(title)s: %(num)d question, as %(key)s.",
                "%(title)s: %(num)d questions, as %(key)s.",
                len(form.fields),
                title=made.short_title,
                key=made.key,
            )
        )
    return lines
