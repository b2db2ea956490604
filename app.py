"""The wiring of settings, database, forms and pages; and the entry point of the `seventh` command."""

from __future__ import annotations

from dotenv import load_dotenv
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from surveys import cli, db, logs, views
from surveys.instruments.library import Library
from surveys.settings import FILES, ROOT, Settings
from surveys.store.accounts import sign_in
from surveys.store.visit.seals import Seals
from surveys.store.words.versions import check_frozen
from surveys.store.words.wordings import Texts
from surveys.views.web.framework import Application
from surveys.views.web.opening import Opening


def create_app(settings: Settings | None = None, *, serves: bool = True) -> Flask:
    """The application, its database at the newest schema.

    What `serves` waits for a PostgreSQL that does not answer: pages say so until it does. It looks at every
    page of a SQLite file first, which a command does only where that is its work.

    Raises:
        SettingsError, DefinitionError, DatabaseBehindError, ChangedDefinitionError, DamagedError: the server
            must not start; the message says what to do.
        OperationalError: the database does not answer, and nobody waits for it.
    """
    if settings is None:
        load_dotenv(ROOT / ".env")
        settings = Settings.from_env()
    logs.set_up(settings.log)
    app = Application(__name__, template_folder=FILES / "templates", static_folder=FILES / "static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="seventh",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
    )
    if settings.proxies:  # otherwise nobody in front is ours, and what they say of an address is anybody's
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0
        )
    db.init_app(app, settings)
    views.init_app(app)
    open_app(app, serves=serves)
    return app


def open_app(app: Flask, *, serves: bool) -> None:
    """Load the instruments and look at the database, as they are now; all but this is the same each time.

    Raises:
        DefinitionError, DatabaseBehindError, ChangedDefinitionError, DamagedError, OperationalError: as
            `create_app`.
    """
    settings: Settings = app.config["SETTINGS"]
    library = app.extensions["library"] = Library.load(settings.instruments)
    app.extensions["texts"] = Texts(library)
    app.extensions["seals"] = Seals(settings.secret_key, settings.secret_key_before)

    def look() -> None:
        db.prepare(settings.database_url, whole=serves)
        with app.app_context():
            try:
                check_frozen(db.db.session, library)
                if sign_in.seal_anew(db.db.session, settings.secret_key):
                    db.db.session.commit()
            finally:
                db.close()

    opening = app.extensions["opening"] = Opening(app, look)
    try:
        opening.look()
    except OperationalError as reason:
        if not (serves and settings.is_on_postgresql):
            raise
        opening.wait(reason)


def main() -> None:
    """Run the `seventh` command."""
    load_dotenv(ROOT / ".env")
    cli.seventh(obj=lambda: create_app(Settings.from_env().for_commands(), serves=False))
