"""What a browser is asked about passkeys, and what its words prove, by py_webauthn.

This module is loaded only where a passkey is made or used: few need the library.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

# What the library lets through where a browser's words are not formed as the standard says.
NO_CREDENTIAL = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)
_VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Made:
    """A credential that a browser made; texts are base64url."""

    credential: str
    public_key: str
    sign_count: int


def to_make(host: str, account: int, address: str, name: str, own: Iterable[str]) -> dict[str, Any]:
    """What a browser is asked to make; a device that has one of `own` makes no second."""
    return options_to_json_dict(
        webauthn.generate_registration_options(
            rp_id=host,
            rp_name="Seventh",
            user_id=str(account).encode(),
            user_name=address,
            user_display_name=name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(one)) for one in own],
        )
    )


def to_prove(host: str) -> dict[str, Any]:
    """What a browser is asked to prove, with any passkey of this host."""
    options = webauthn.generate_authentication_options(rp_id=host, user_verification=_VERIFIED)
    return options_to_json_dict(options)


def made(told: str, challenge: str, host: str, origin: str) -> Made:
    """The credential that a browser made, if it answers this challenge and verified its owner.

    Raises one of `NO_CREDENTIAL`.
    """
    found = webauthn.verify_registration_response(
        credential=told,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=host,
        expected_origin=origin,
        require_user_verification=True,
    )
    return Made(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


def named(told: str) -> str:
    """Which credential a browser says it used. Raises one of `NO_CREDENTIAL`."""
    return bytes_to_base64url(webauthn.helpers.parse_authentication_credential_json(told).raw_id)


def proved(told: str, challenge: str, host: str, origin: str, *, public_key: str, sign_count: int) -> int:
    """The new count of signatures, if the words prove this key, answer this challenge and verified the owner.

    Raises one of `NO_CREDENTIAL`.
    """
    found = webauthn.verify_authentication_response(
        credential=told,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=host,
        expected_origin=origin,
        credential_public_key=base64url_to_bytes(public_key),
        credential_current_sign_count=sign_count,
        require_user_verification=True,
    )
    return found.new_sign_count
