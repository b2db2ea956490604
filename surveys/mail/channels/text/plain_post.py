"""A plain gateway: a form with number, sender and text is posted to it, and a status of 2xx means taken.

Its reports and answers are posted to us as a form too, with the secret of the settings: `from` and `text` of
an answer; `status` of a message: `delivered`, `failed`, or a word of `NO_SUCH_NUMBER`.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping

from surveys import same
from surveys.mail.channels.text.gateway import Answer, Call, Heard, Place, Text
from surveys.mail.mailer import NotTaken

OURS = frozenset({401, 402, 403, 404, 405, 407, 408, 425, 429})
NO_SUCH_NUMBER = frozenset({"invalid_number", "unknown_number", "stopped", "rejected"})
NAMES = ("to", "from", "text", "reference", "report_to")
_OWN = ("from", "secret")


class PlainPost:
    """A gateway that takes a form. `to_field=number` in the settings gives a field another name."""

    def request(self, text: Text, place: Place) -> tuple[str, Mapping[str, str]]:
        """See `Shape`. What else the settings say is posted with each text."""
        values = {
            "to": text.to,
            "from": place.options["from"],
            "text": text.body,
            "reference": text.reference,
            "report_to": text.report_to,
        }
        names = {name: place.options.get(f"{name}_field", name) for name in NAMES}
        taken = {*_OWN, *(f"{name}_field" for name in NAMES)}
        more = {name: value for name, value in place.options.items() if name not in taken}
        return place.path or "/", {**more, **{names[name]: value for name, value in values.items()}}

    def refusal(self, answer: Answer) -> NotTaken | None:
        """See `Shape`."""
        if answer.status in OURS:
            return None
        code = str(answer.told.get("error", ""))[:40]
        return NotTaken(f"{answer.status} {code}".strip(), final=True, address=code in NO_SUCH_NUMBER)

    def is_genuine(self, call: Call, place: Place) -> bool:
        """Whether it holds the secret: as a bearer's token, or as the password of basic authentication."""
        secret = place.options.get("secret", "")
        kind, _, given = call.headers.get("Authorization", "").partition(" ")
        if same.alike(kind, "basic"):
            try:
                given = b64decode(given).decode().partition(":")[2]
            except (NotBase64, UnicodeDecodeError):
                return False
        return bool(secret) and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())

    def heard(self, call: Call) -> Heard:
        """See `Shape`."""
        status = call.fields.get("status")
        if status is None:
            return Heard(call.fields.get("from", ""), text=call.fields.get("text", ""))
        failed = status if status in {"failed", *NO_SUCH_NUMBER} else None
        return Heard(
            call.fields.get("to", ""),
            arrived=status == "delivered",
            failed=failed,
            address=status in NO_SUCH_NUMBER,
        )
