"""Dates, instants and scores in words for staff. The database is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from analysis.data.facts import CAUSES, SEXES, SIDES
from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.words import joined
from surveys.forms import event_words, labels
from surveys.instruments.definition import Answer, Instrument, Outline, Scale
from surveys.instruments.instrument import Alert, Item
from surveys.instruments.library import Library
from surveys.instruments.notes import score_notes
from surveys.instruments.scoring import Score
from surveys.models import AlertRule
from surveys.store.visit import alert_rules
from surveys.store.visit.alerts import SKIPPED
from surveys.store.visit.item_rules import is_of_item
from surveys.views.web.language import DAYS, OURS

ROMAN = ("", "I", "II", "III", "IV", "V", "VI")
# Babel's English is American; the texts are British.
BRITISH = {
    "day": "d MMM y",
    "month": "MMM y",
    "year": "y",
    "long": DAYS[OURS],
    "full": f"EEEE, {DAYS[OURS]}",
}
SKELETONS = {"day": "yMMMd", "month": "yMMM"}
LISTS = {
    "sex": SEXES,
    "side": SIDES,
    "begin": labels.BEGINNINGS,
    "cause": CAUSES,
    "treatment": labels.TREATMENTS,
    "muscle": labels.MUSCLES,
    "treatment_state": labels.TREATMENT_STATES,
    "channel": labels.CHANNELS,
    "grading_scale": labels.GRADING_SCALES,
    "grading_mode": labels.GRADING_MODES,
    "status": labels.PATIENT_STATUSES,
    "status_reason": labels.STATUS_REASONS,
    "priority": labels.PRIORITIES,
    "role": labels.ROLES,
    "state": labels.STATES,
    "alert_state": labels.ALERT_STATES,
    "message": labels.MESSAGES,
    "message_channel": labels.MESSAGE_CHANNELS,
    "message_outcome": labels.MESSAGE_OUTCOMES,
    "message_reason": labels.MESSAGE_REASONS,
    "source": labels.SOURCES,
    "answered_by": labels.ANSWERED_BY,
    "consent_part": labels.CONSENT_PARTS,
    "action": event_words.ACTIONS,
}


def init_app(app: Flask) -> None:
    """Give templates the filters for days, instants, lengths of time, coded facts, grades and scores.

    In templates `day` and `moment` are elements; text that is to stay text takes `plain_day`.
    """
    app.add_template_filter(day_element, "day")
    app.add_template_filter(day, "plain_day")
    app.add_template_filter(partial)
    app.add_template_filter(moment_element, "moment")
    app.add_template_filter(span)
    app.add_template_filter(words)
    app.add_template_filter(grade)
    app.add_template_filter(scale_words)
    app.add_template_filter(decimal)


def day(on: date | None) -> str | None:
    """21 Nov 2026."""
    return partial(on, "day")


def partial(on: date | None, precision: str | None) -> str | None:
    """A date as exactly as it is known: 21 Nov 2026, Nov 2026 or 2026."""
    return None if on is None else str(format_date(on, _pattern(precision or "day")))


def moment(at: datetime | None, zone: str) -> str | None:
    """An instant by the clock of `zone`: 21 Nov 2026, 14:05."""
    if at is None:
        return None
    return str(format_datetime(at, f"{_pattern('day')}, HH:mm", tzinfo=ZoneInfo(zone), locale=get_locale()))


def day_element(on: date | None) -> Markup | None:
    """21 Nov; with the year on paper, beside a pointer, and where it is another than this one."""
    if on is None:
        return None
    this_year = on.year == datetime.now(UTC).year
    said = _without_year(day(on) or "", on.year) if this_year else day(on)
    whole = format_date(on, _pattern("full"))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(on.isoformat(), whole, said)


def moment_element(at: datetime | None, zone: str) -> Markup | None:
    """21 Nov, 14:05; the year as in `day_element`, and the second beside a pointer."""
    if at is None:
        return None
    here = at.astimezone(ZoneInfo(zone))
    this_year = here.year == datetime.now(UTC).year
    said = _without_year(moment(at, zone) or "", here.year) if this_year else moment(at, zone)
    whole = format_datetime(
        here, f"{_pattern('long')}, HH:mm:ss zzz", tzinfo=ZoneInfo(zone), locale=get_locale()
    )
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), whole, said)


def decimal(value: float) -> str:
    """A score or a difference of scores, to one decimal."""
    return str(format_decimal(value, "0.0", locale=_spoken()))


def plain(value: float) -> str:
    """A bound or a dose, with no more decimals than it has."""
    return str(format_decimal(value, "0.######", locale=_spoken()))


def _pattern(part: str) -> str:
    """How the reader's language writes a day, month or year in short, a day in `long` or with its weekday."""
    spoken = _spoken()
    if spoken.language == OURS:
        return BRITISH[part]
    if part in spoken.date_formats:
        return str(spoken.date_formats[part].pattern)
    return str(spoken.datetime_skeletons[SKELETONS[part]].pattern) if part in SKELETONS else "y"


def _spoken() -> Locale:
    return get_locale() or Locale(OURS)


def _without_year(said: str, year: int) -> Markup:
    """The date with its year for paper alone."""
    before, found, after = said.partition(f" {year}")
    return Markup('{}<span class="app-print-only">{}</span>{}').format(before, found, after)


def words(code: str, kind: str) -> str:
    """The words for a coded fact, or the code itself."""
    return LISTS[kind].get(code, code)


def grade(value: int, scale: str) -> str:
    """The grade: House–Brackmann as a Roman numeral."""
    return ROMAN[value] if scale == HOUSE_BRACKMANN else str(value)


def waited(since: datetime, now: datetime) -> str:
    """How long ago `since` is, in its largest unit: 3 days, 5 hours, 10 minutes."""
    return span(max(now - since, timedelta()))


def span(ago: timedelta | None) -> str:
    """A length of time in its largest unit, or an en dash."""
    if ago is None:
        return "–"
    if ago.days:
        return str(ngettext("%(num)d day", "%(num)d days", ago.days))
    if ago >= timedelta(hours=1):
        return str(ngettext("%(num)d hour", "%(num)d hours", ago.seconds // 3600))
    if ago < timedelta(minutes=1):
        return _("less than a minute")
    return str(ngettext("%(num)d minute", "%(num)d minutes", ago.seconds // 60))


def scale_words(scale: Scale | Outline) -> str:
    """A scale's range and direction: 0–100, higher is better."""
    return f"{plain(scale.low)}–{plain(scale.high)}, {direction_words(scale)}"


def direction_words(scale: Scale | Outline) -> str:
    """Which end of a scale is better."""
    return str(_("higher is better") if scale.direction == "higher_better" else _("higher is worse"))


def score_words(instrument: Instrument, answers: Mapping[str, Answer], score: Score) -> tuple[str, str]:
    """A score to one decimal (or an en dash), and its notes."""
    shown = "–" if score.value is None else decimal(score.value)
    return shown, joined(" ", score_notes(instrument, answers, score))


def rule_words(instrument: Instrument, rule: str) -> str:
    """The cause of an alert: PHQ-9 item 9 (thoughts of death or self-harm) answered above 0, or skipped."""
    skipped = rule.endswith(SKIPPED)
    alert = _alert(instrument, rule)
    if alert is None:
        return _score_rule_words(instrument, rule)
    item = instrument.item(alert.item)
    below = alert.at_least - 1
    if skipped:
        threshold = _("was skipped")
    elif below in instrument.values(item.key):
        threshold = _("answered above %(value)s", value=below)
    else:
        threshold = _("answered %(value)s or more", value=alert.at_least)
    number = _("item %(number)s", number=item.number)
    return f"{instrument.short_title} {number} ({item.label}) {threshold}"


def study_rule_words(rule: AlertRule, library: Library) -> str:
    """The condition of a study's own rule, in words."""
    return rule_words(library.get(rule.instrument), alert_rules.name(rule))


def given_words(instrument: Instrument, item: str, value: Answer) -> str:
    """Any answer with its words; several choices one after the other."""
    text = instrument.wording.texts.get("en") or next(iter(instrument.wording.texts.values()), None)
    said = text.sections[instrument.item(item).section].choices if text else {}
    values = value if isinstance(value, list | tuple) else (value,)
    return "; ".join(f"{one}, {said[one]}" if one in said else str(one) for one in values)


def scale_name(instrument: Instrument, scale: Scale) -> str:
    """A scale's title with its instrument's, once."""
    if scale.title.startswith(instrument.short_title):
        return scale.title
    return f"{instrument.short_title} {scale.title}"


def _score_rule_words(instrument: Instrument, rule: str) -> str:
    """A study's own rule about a score, in words, or its name if the instrument has no such scale."""
    for scale in instrument.scales:
        what = scale_name(instrument, scale)
        if rule == f"{scale.key}_worse":
            return _("%(what)s worse by the detectable change or more", what=what)
        if rule.startswith(f"{scale.key}_at_least_"):
            return _("%(what)s at %(value)s or above", what=what, value=rule.rpartition("_")[2])
        if rule.startswith(f"{scale.key}_at_most_"):
            return _("%(what)s at %(value)s or below", what=what, value=rule.rpartition("_")[2])
    item = _watched_item(instrument, rule)
    if item is not None:
        name = f"{instrument.short_title} {_('item %(number)s', number=item.number)} ({item.label})"
        value = rule.rpartition("_")[2]
        if "_at_least_" in rule:
            return _("%(what)s answered %(value)s or more", what=name, value=value)
        return _("%(what)s answered %(value)s or less", what=name, value=value)
    return f"{instrument.short_title}: {rule}"


def _watched_item(instrument: Instrument, rule: str) -> Item | None:
    """The item whose answer raised the alert: by the definition, or by a rule of the study."""
    if alert := _alert(instrument, rule):
        return instrument.item(alert.item)
    key = rule.partition("_at_least_")[0].partition("_at_most_")[0]
    return instrument.item(key) if is_of_item(instrument, key) else None


def _alert(instrument: Instrument, rule: str) -> Alert | None:
    return next((one for one in instrument.alerts if one.rule == rule.removesuffix(SKIPPED)), None)


def answer_words(instrument: Instrument, rule: str, value: int | None) -> str:
    """An answer with its words: 1, Several days."""
    if value is None:
        return _("not answered")
    item = _watched_item(instrument, rule)
    text = instrument.wording.texts.get("en")
    if item is None or text is None:
        return str(value)
    said = text.sections[item.section].choices.get(value)
    return f"{value}, {said}" if said else str(value)
