"""What the gateway of text messages tells us: that one did not arrive, or that a person answered STOP.

No person opens these addresses. The gateway signs what it sends, or holds our secret; all else is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Flask, abort, request

from surveys.db import db
from surveys.mail.bounces import of_reference
from surveys.mail.channels.text.gateway import Call, Heard, gateway_of
from surveys.mail.mailer import MailSettingsError
from surveys.store.patient import texts
from surveys.store.post import settling
from surveys.store.post.outbox import ACTOR, Sent
from surveys.views.web import server
from surveys.views.web.page import Page
from surveys.views.web.protection import csrf

pages = Blueprint("texts", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses, which forms of ours never send to."""
    app.register_blueprint(pages)
    csrf.exempt(pages)  # type: ignore[no-untyped-call]


@pages.post("/texts")
def answer() -> Page:
    """Take an answer to a text; a STOP ends the texts to that number. Nothing else that it says is kept."""
    heard = _heard()
    if heard.text is not None and texts.asks_to_stop(heard.text):
        texts.stop(db.session, heard.number, at=datetime.now(UTC))
        db.session.commit()
    return "", 204


@pages.post("/texts/<reference>")
def report(reference: str) -> Page:
    """Take the fate of one message: that it arrived, or did not."""
    heard, secret = _heard(), server.settings().secret_key
    ours = of_reference(reference, secret) or abort(404)
    now = datetime.now(UTC)
    if heard.failed is not None:
        settling.bounced(
            db.session,
            ours.message_id,
            heard.failed,
            refuses=lambda number: heard.address and ours.refuses(number, secret),
            at=now,
            actor=ACTOR,
        )
    elif heard.arrived:
        settling.settle(db.session, ours.message_id, Sent(), heard.number, at=now)
    db.session.commit()
    return "", 204


def _heard() -> Heard:
    """What the gateway says in this request, if it is the gateway."""
    settings = server.settings()
    try:
        gateway = gateway_of(settings.sms_url)
    except MailSettingsError:
        gateway = None
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    call = Call(
        url=f"{settings.public_url}{request.path}{query}",
        body=request.get_data(),
        fields=request.form.to_dict(),
        headers=dict(request.headers),
    )
    if gateway is None:
        abort(404)
    if not gateway.shape.is_genuine(call, gateway.place):
        abort(403)
    return gateway.shape.heard(call)
