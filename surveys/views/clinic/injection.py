"""The page of an injection: units by muscle and side, beside those of the last one."""

from __future__ import annotations

from flask import abort, request
from flask_babel import gettext as _

from analysis.data.kinds import INJECTED
from surveys.db import db
from surveys.forms.injections import InjectionMapForm, typed_in
from surveys.lists import records as record_lists
from surveys.models import Treatment
from surveys.store.patient import injections
from surveys.store.patient.injections import InjectionMap
from surveys.views.clinic import display
from surveys.views.clinic.inputs import typed
from surveys.views.clinic.record import pages, record
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page


@pages.route("/staff/<code>/injections/<int:treatment_id>", methods=["GET", "POST"])
@for_roles("coordinator")
def injection(code: str, treatment_id: int) -> Page:
    """Record or correct the units by muscle; `?copy` fills the boxes with those of the last injection."""
    here = grant()
    shown, found = record_lists.find(db.session, here.scope, Treatment, treatment_id) or abort(404)
    if shown.kind != INJECTED:
        abort(404)
    own = injections.maps_of(db.session, found.id).get(shown.id, {})
    last_on, last = injections.last_before(db.session, shown) or (None, {})
    stands = last if "copy" in request.args and not own else own
    known = {"product": shown.product, "unit": shown.unit or "U", **typed_in(stands)}
    form = InjectionMapForm(here.today, data=known)

    def store() -> str:
        new = InjectionMap(form.sites, typed(form.product), typed(form.unit) or "")
        changed = injections.record(
            db.session, found, shown, new, reason=form.reason.data, at=here.at, actor=here.actor
        )
        if not changed:
            return _("Nothing was changed.")
        return _(
            "The injection was recorded: %(dose)s %(unit)s.",
            dose=display.plain(shown.dose or 0),
            unit=shown.unit,
        )

    began = display.partial(shown.started_on, shown.started_precision)
    title = _("Units by muscle, injection of %(day)s", day=began or _("a day not known"))
    lead = _("Dose and side follow from the units. Leave a box empty where nothing was injected.")
    return record(
        found,
        form,
        title,
        _("Record the units"),
        store,
        lead,
        template="staff/clinic/injection.html",
        last=last,
        last_on=last_on,
        treatment_id=shown.id,
        has_own=bool(own),
    )
