"""What is asked of an OpenID Connect provider, by Authlib: who somebody is, proved by a token that it signed.

This module is loaded only where a provider is set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import BoundedSemaphore
from typing import Any, TypeVar

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app, session
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from surveys.settings import SignInService
from surveys.store.accounts.identities import Person

PATIENCE = 10  # seconds for each answer of the provider
MOST_WAITING = 4  # threads of a process that wait for it; the others are for patients
LEEWAY = 120  # seconds that its clock may differ
# Signed with a key that the provider alone has: never unsigned, never with the secret that we know too.
SIGNED_BY = (*(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)), "EdDSA")
NAME = "service"  # in the library's own lists
T = TypeVar("T")
# What Authlib lets through where an answer is no answer, or is not formed as the standard says.
NO_ANSWER = (
    OAuthError,
    JoseError,
    RequestException,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)


class Provider(FlaskOAuth2App):
    """The library's client; it takes no other issuer's description and no weak signature."""

    def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says of itself."""
        told: dict[str, Any] = super().load_server_metadata()  # type: ignore[no-untyped-call]
        if not current_app.config["SETTINGS"].sign_in_service.is_described_by(told):
            del told["_loaded_at"]  # so that it is asked again
            raise OAuthError("invalid_issuer", "The description is another issuer's.")
        told["id_token_signing_alg_values_supported"] = list(SIGNED_BY)
        return told


class Client:
    """A provider, as the pages use it."""

    def __init__(self, provider: Provider, service: SignInService) -> None:
        self.service = service
        self._provider = provider
        self._waiting = BoundedSemaphore(MOST_WAITING)

    def redirect(self, back: str) -> Response | None:
        """The way to the provider, which leads `back` here; None where it does not answer."""
        for begun in [key for key in session if key.startswith(f"_state_{NAME}_")]:
            del session[begun]  # of many tries none would fit the cookie
        return self._answer(partial(self._provider.authorize_redirect, back))

    def person(self) -> Person | None:
        """Whom the provider has proved with the request that came back; None where it has proved nobody."""
        return self._answer(self._person)

    def _answer(self, ask: Callable[[], T]) -> T | None:
        if not self._waiting.acquire(blocking=False):
            return None
        try:
            return ask()
        except NO_ANSWER as reason:
            # Its words may hold what the provider said, or whoever made up the address.
            current_app.logger.warning("The sign-in service proved nobody: %s", type(reason).__name__)
            return None
        finally:
            self._waiting.release()

    def _person(self) -> Person:
        issuer = self.service.issuer
        must = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": self.service.client_id},
        }
        token = self._provider.authorize_access_token(claims_options=must, leeway=LEEWAY)  # type: ignore[no-untyped-call]
        told = dict(token["userinfo"])
        if "email" not in told and "userinfo_endpoint" in self._provider.load_server_metadata():
            more = self._provider.userinfo(token=token)  # type: ignore[no-untyped-call]
            if more["sub"] != told["sub"]:
                raise ValueError("The provider told of two people.")
            told = {**more, **told}
        return _read(issuer, told)


def client(app: Flask, service: SignInService) -> Client:
    """The client of this application, with state, nonce and PKCE for each sign-in."""
    provider = OAuth(app).register(
        NAME,
        client_cls=Provider,
        client_id=service.client_id,
        client_secret=service.client_secret,
        server_metadata_url=service.description_url,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE,
        },
    )
    return Client(provider, service)


def _read(issuer: str, told: dict[str, Any]) -> Person:
    subject, groups = _text(told, "sub"), told.get("groups")
    if not subject or len(subject) > 255:
        raise ValueError("The subject is no text of up to 255 signs.")
    return Person(
        issuer,
        subject,
        email=_text(told, "email") if told.get("email_verified") is True else "",
        name=_text(told, "name")[:200],
        groups=frozenset(map(str, groups)) if isinstance(groups, list) else None,
    )


def _text(told: dict[str, Any], name: str) -> str:
    """What was told under `name`, if it is text that a database and a page can hold."""
    found = told.get(name)
    return found if isinstance(found, str) and found.isprintable() else ""
