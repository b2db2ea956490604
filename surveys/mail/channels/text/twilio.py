"""The request shape of Twilio's Messages resource, and its signed webhooks.

Sources: Twilio's reference of the Messages resource (2010-04-01), its list of error codes, and its page on
validating requests (X-Twilio-Signature: HMAC-SHA1 of the address and the sorted fields, keyed by the token).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping

from surveys.mail.channels.text.gateway import Answer, Call, Heard, Place, Text
from surveys.mail.mailer import NotTaken

# The number does not exist, cannot take texts, or has told Twilio to stop.
ADDRESS_CODES = frozenset({"21211", "21214", "21217", "21610", "21612", "21614", "30003", "30005", "30006"})
# About us, not about this text: no right, too fast, no credit. They go once this is mended.
OURS = frozenset({401, 402, 403, 404, 429})
NOT_DELIVERED = ("undelivered", "failed")


class Twilio:
    """A gateway that speaks as Twilio does."""

    def request(self, text: Text, place: Place) -> tuple[str, Mapping[str, str]]:
        """See `Shape`. A sender that begins with MG is a messaging service."""
        sender = place.options["from"]
        of_whom = "MessagingServiceSid" if sender.startswith("MG") else "From"
        fields = {"To": text.to, of_whom: sender, "Body": text.body, "StatusCallback": text.report_to}
        return f"/2010-04-01/Accounts/{place.user}/Messages.json", fields

    def refusal(self, answer: Answer) -> NotTaken | None:
        """See `Shape`."""
        code = str(answer.told.get("code", ""))
        if answer.status in OURS and code not in ADDRESS_CODES:
            return None
        return NotTaken(
            f"{answer.status} {code}".strip(), final=answer.status != 408, address=code in ADDRESS_CODES
        )

    def is_genuine(self, call: Call, place: Place) -> bool:
        """See `Shape`."""
        signed = call.url + "".join(f"{name}{call.fields[name]}" for name in sorted(call.fields))
        made = hmac.new(place.password.encode(), signed.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(
            b64encode(made), call.headers.get("X-Twilio-Signature", "").encode("utf-8", "replace")
        )

    def heard(self, call: Call) -> Heard:
        """See `Shape`."""
        status, code = call.fields.get("MessageStatus"), call.fields.get("ErrorCode", "")
        if status is None:
            return Heard(call.fields.get("From", ""), text=call.fields.get("Body", ""))
        failed = f"{status} {code}".strip() if status in NOT_DELIVERED else None
        return Heard(
            call.fields.get("To", ""),
            arrived=status == "delivered",
            failed=failed,
            address=code in ADDRESS_CODES,
        )
