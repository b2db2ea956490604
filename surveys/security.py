"""Flask-Security, without the libraries that it and passlib load wherever they are installed.

They would load Authlib, webauthn and cryptography for features that are off here, a fifth of each process.
Our own pages load them where a provider is set, a passkey is used or a secret is unsealed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_found(*names: str) -> Iterator[None]:
    """Let imports find no such packages: Python looks for none whose name stands for None."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with not_found("authlib", "cryptography", "webauthn"):
    from flask_security import (
        LoginForm,
        RoleMixin,
        Security,
        SQLAlchemyUserDatastore,
        UserMixin,
        current_user,
        login_user,
        logout_user,
        user_authenticated,
    )

__all__ = [
    "LoginForm",
    "RoleMixin",
    "SQLAlchemyUserDatastore",
    "Security",
    "UserMixin",
    "current_user",
    "login_user",
    "logout_user",
    "user_authenticated",
]
