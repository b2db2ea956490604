"""The pages. Each view loads, checks a form, stores, commits and redirects; templates draw."""

from __future__ import annotations

from flask import Flask

from surveys.views.account import account, invitation, keys, passkeys, service, signed_in
from surveys.views.api import redcap as redcap_api
from surveys.views.api import rest as rest_api
from surveys.views.clinic import (
    alerts,
    answers,
    at_once,
    clinic,
    course,
    enrolment,
    joined,
    letters,
    list_files,
    messages,
    overviews,
    own_lists,
    patients,
    records,
    removal,
    reported,
    signing,
    staff,
    waiting_room,
)
from surveys.views.dashboard import dashboard
from surveys.views.form import (
    about_you,
    feedback,
    joining,
    other_device,
    own_copy,
    safety,
    short_code,
    taking_part,
    texts,
)
from surveys.views.form import pages as patient
from surveys.views.study import (
    alert_rules,
    amending,
    export,
    freezes,
    imports,
    instruments,
    log,
    message_words,
    own_forms,
    plan,
    processing,
    reports,
    setup,
    setup_files,
    team,
    wordings,
)
from surveys.views.study import jobs as job_pages
from surveys.views.study import joining as joining_settings
from surveys.views.web import (
    access,
    afterwards,
    errors,
    front,
    handed_on,
    headers,
    jinja,
    jobs,
    language,
    measures,
    numbers,
    opening,
    packing,
    protection,
    received,
    sign_in,
    static,
    watching,
)

GUARDS = (
    measures,
    opening,
    numbers,
    handed_on,
    jinja,
    static,
    headers,
    packing,
    received,
    protection,
    language,
    errors,
    jobs,
    afterwards,
    sign_in,
    access,
)
PAGES = (
    watching,
    front,
    patient,
    other_device,
    own_copy,
    feedback,
    safety,
    taking_part,
    about_you,
    staff,
    clinic,
    patients,
    enrolment,
    list_files,
    own_lists,
    waiting_room,
    records,
    signing,
    removal,
    answers,
    overviews,
    course,
    reported,
    alerts,
    alert_rules,
    messages,
    letters,
    at_once,
    message_words,
    short_code,
    texts,
    joining,
    joining_settings,
    joined,
    dashboard,
    instruments,
    wordings,
    setup,
    processing,
    plan,
    amending,
    own_forms,
    setup_files,
    export,
    team,
    account,
    signed_in,
    invitation,
    passkeys,
    keys,
    service,
    freezes,
    reports,
    imports,
    log,
    job_pages,
    redcap_api,
    rest_api,
)


def init_app(app: Flask) -> None:
    """Register every page and their guards; a page without a rule stops the program."""
    for part in (*GUARDS, *PAGES):
        part.init_app(app)
    access.check(app)
