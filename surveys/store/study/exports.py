"""What of a study may leave, and the record that it did: by whom, in what form, why with calendar dates."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Study
from surveys.settings import FHIR_BASE
from surveys.store import audit
from surveys.store.errors import Refused

FORMATS = ("tidy", "spss", "stata", "excel", "redcap", "fhir", "bundle", "all")
# These hold calendar dates, so they need a reason.
DATED: Mapping[str, str] = {
    "bundle": _("The bundle holds calendar dates: say why they are needed."),
    "redcap": _("REDCap cannot do without calendar dates: say why they are needed, or have them shifted."),
    "all": _("The whole study holds calendar dates: say why they are needed."),
    "fhir": _("FHIR cannot do without calendar dates: say why they are needed, or have them shifted."),
}
# In these all dates of a patient may be moved by a secret number of days instead.
SHIFTABLE = ("redcap", "fhir")


@dataclass(frozen=True)
class Order:
    """What is to leave: the format `form`, one `site` or all, and what else is wished.

    `exact_dates` and `site_wording` are the reasons for calendar dates and for the site's own words; None
    without them. In the `coarse` version nobody stands alone. With `shifted` all dates of a patient are moved
    by one secret number of days. Resources of FHIR are named under `fhir_base`.
    """

    form: str = "tidy"
    site: str | None = None
    exact_dates: str | None = None
    coarse: bool = False
    shifted: bool = False
    site_wording: str | None = None
    fhir_base: str = FHIR_BASE

    def arguments(self) -> dict[str, Any]:
        """The same for a job; who may not have calendar dates gets none that was asked with a `reason`."""
        return {
            "form": self.form,
            "site": self.site,
            "reason": self.exact_dates,
            "coarse": self.coarse,
            "shifted": self.shifted,
            "site_wording": self.site_wording,
            "fhir_base": self.fhir_base,
        }

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Order:
        """The order of a job; one that was asked for by an earlier version lacks some arguments."""
        return cls(
            form=arguments["form"],
            site=arguments["site"],
            exact_dates=arguments["reason"],
            coarse=bool(arguments.get("coarse")),
            shifted=bool(arguments.get("shifted")),
            site_wording=arguments.get("site_wording"),
            fhir_base=arguments.get("fhir_base") or FHIR_BASE,
        )

    def check(self) -> None:
        """Refuse what goes ill together.

        Raises:
            Refused: with the form's field that it is about.
        """
        if self.coarse and (self.form != "tidy" or self.exact_dates is not None):
            raise Refused(
                _(
                    "The coarser version is made as plain tables without calendar dates: choose one of "
                    "the two."
                ),
                "coarse",
            )
        if self.form == "all" and self.site is not None:
            raise Refused(_("Everything of a study is for who may see all of its sites."), "form")
        if self.shifted and self.form not in SHIFTABLE:
            raise Refused(
                _("Only formats that cannot do without calendar dates have them shifted."), "shifted"
            )
        if self.shifted and self.exact_dates is not None:
            raise Refused(_("Real dates or shifted ones: choose one of the two."), "shifted")
        if self.form in DATED and self.exact_dates is None and not self.shifted:
            raise Refused(DATED[self.form], "reason")
        if self.exact_dates is not None and not self.exact_dates.strip():
            raise Refused(_("Say why calendar dates are needed."), "reason")
        if self.site_wording is not None and not self.site_wording.strip():
            raise Refused(_("Say why the site's own wording must go with the data."), "site_wording")


def note(session: Session, study: Study, order: Order, *, at: datetime, actor: str) -> None:
    """Record an export of `study` before it is made.

    Raises:
        Refused: as `Order.check`.
    """
    order.check()
    facts: dict[str, Any] = {
        "study": study.code,
        "format": order.form,
        "exact_dates": order.exact_dates is not None,
        "site": order.site,
    }
    if order.coarse:
        facts["coarse"] = True
    if order.shifted:
        facts["shifted"] = True
        shift_key(session, study)
    if order.site_wording is not None:
        facts["site_wording"] = True
    why = "; ".join(reason for reason in (order.exact_dates, order.site_wording) if reason is not None)
    audit.record(
        session, audit.Entry(at, actor, "study.exported", facts=facts, reason=why or None, study_id=study.id)
    )


def shift_key(session: Session, study: Study) -> str:
    """The secret from which the days follow by which dates are moved; made when it is first needed."""
    if study.shift_key is None:
        study = session.get_one(Study, study.id)
        study.shift_key = study.shift_key or secrets.token_hex(32)
        session.flush()
    return study.shift_key


def note_download(session: Session, study_id: int, file: str, *, at: datetime, actor: str) -> None:
    """Record that `file` was handed out; its name tells what it is."""
    entry = audit.Entry(at, actor, "study.downloaded", facts={"file": file}, study_id=study_id)
    audit.record(session, entry)
