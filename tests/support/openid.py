"""An OpenID Connect provider with pages, keys and signed tokens, on a socket of its own: Authlib's server.

It proves whom `claims` names without asking. `lies` replaces what tokens say, `make` how they are
made, `broken` the answer with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from authlib.integrations.flask_oauth2.authorization_server import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, request
from joserfc import jwk, jwt
from werkzeug.serving import make_server

CLIENT, SECRET = "seventh", "a secret of client and provider"
# Pairs of keys take long to make: one for all tests.
KEY = jwk.RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})


class Seventh(ClientMixin):
    """The only client."""

    client_id = CLIENT
    id_token_signed_response_alg = "RS256"

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        raise AssertionError("The client says where to come back.")

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == "http://localhost/login/service/back"

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    """What a code stands for."""

    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    user: dict[str, Any]

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Provider:
    """The provider and whom it proves; `claims` is what it says of them."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    make: Callable[[dict[str, Any]], str] | None = None
    only_at_userinfo: bool = False
    broken: tuple[str, int] | None = None

    def proves(self, subject: str, email: str, **more: Any) -> None:
        self.claims = {"sub": subject, "email": email, "email_verified": True, "name": "Ann", **more}

    def described(self) -> dict[str, Any]:
        places = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token", "userinfo")}
        return {"issuer": self.url, **places, "jwks_uri": f"{self.url}/keys", **self.description}

    def token(self, claims: dict[str, Any]) -> str:
        claims = {name: told for name, told in {**claims, **self.lies}.items() if told is not None}
        if self.make is not None:
            return self.make(claims)
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers on this machine."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, _application(provider), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _application(provider: Provider) -> Flask:
    app, codes = Flask("provider"), dict[str, Code]()

    class CodeGrant(AuthorizationCodeGrant):
        """Codes that hold once."""

        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012

        def save_authorization_code(self, code: str, request: Any) -> None:
            told = request.payload.data
            names = ("redirect_uri", "scope", "nonce", "code_challenge", "code_challenge_method")
            codes[code] = Code(**{name: told[name] for name in names}, user=dict(provider.claims))

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            for code in [key for key, one in codes.items() if one is authorization_code]:
                del codes[code]

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.user

    class IdToken(OpenIDCode):
        """What the provider says, or the lie in its place."""

        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(one.nonce == nonce for one in codes.values())

        def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
            return UserInfo({"sub": user["sub"]} if provider.only_at_userinfo else user)

        def encode_id_token(self, token: Any, request: Any) -> str:
            now, told = int(time.time()), self.get_authorization_code_claims(request.authorization_code)
            times = {"iss": provider.url, "aud": [CLIENT], "iat": now, "exp": now + 60}
            return provider.token({**times, **told, **self.generate_user_info(request.user, "")})

    server = AuthorizationServer(
        app, query_client=lambda name: Seventh() if name == CLIENT else None, save_token=lambda *_: None
    )
    server.register_grant(CodeGrant, [IdToken(require_nonce=True), CodeChallenge(required=True)])  # type: ignore[no-untyped-call]

    @app.get("/.well-known/openid-configuration")
    def description() -> dict[str, Any]:
        return provider.described()

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [KEY.as_dict(private=False)]}

    @app.get("/authorization")
    def authorization() -> Any:
        grant = server.get_consent_grant(end_user=provider.claims)
        return server.create_authorization_response(grant_user=provider.claims, grant=grant)

    @app.post("/token")
    def token() -> Any:
        if provider.broken is not None:
            return (*provider.broken, {"Content-Type": "application/json"})
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> dict[str, Any]:
        assert request.headers["Authorization"].startswith("Bearer ")
        return provider.claims

    return app
