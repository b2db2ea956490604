"""The pages. Each view loads, checks a form, stores, commits and redirects; templates draw."""

from __future__ import annotations

from flask import Flask

from surveys.views import (
    about_you,
    access,
    account,
    alert_rules,
    alerts,
    answers,
    clinic,
    course,
    dashboard,
    enrolment,
    errors,
    export,
    freezes,
    front,
    headers,
    heavy,
    instruments,
    invitation,
    jinja,
    language,
    message_words,
    messages,
    numbers,
    other_device,
    overviews,
    own_copy,
    patient,
    patients,
    planning,
    protection,
    received,
    records,
    removal,
    reported,
    setup,
    short_code,
    sign_in,
    staff,
    taking_part,
    team,
    waiting_room,
)

GUARDS = (numbers, jinja, headers, received, protection, language, errors, heavy, sign_in, access)
PAGES = (
    front,
    patient,
    other_device,
    own_copy,
    taking_part,
    about_you,
    staff,
    clinic,
    patients,
    enrolment,
    waiting_room,
    records,
    removal,
    answers,
    overviews,
    course,
    reported,
    alerts,
    alert_rules,
    messages,
    message_words,
    short_code,
    dashboard,
    instruments,
    setup,
    planning,
    export,
    team,
    account,
    invitation,
    freezes,
)


def init_app(app: Flask) -> None:
    """Register every page, and what guards them all; a page that nobody guards stops the program."""
    for part in (*GUARDS, *PAGES):
        part.init_app(app)
    access.check(app)
