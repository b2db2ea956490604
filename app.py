"""The wiring of settings, database, forms and pages; and the entry point of the `seventh` command."""

from __future__ import annotations

from dotenv import load_dotenv
from flask import Flask

from surveys import cli, db, views
from surveys.instruments.library import Library
from surveys.settings import FILES, ROOT, Settings
from surveys.store.words.versions import ChangedDefinitionError, check_frozen
from surveys.store.words.wordings import Texts


def create_app(settings: Settings | None = None) -> Flask:
    """The application, its database at the newest schema.

    Raises:
        SettingsError, DefinitionError, DatabaseBehindError, ChangedDefinitionError: the server must not
            start; the message says what to do.
    """
    if settings is None:
        load_dotenv(ROOT / ".env")
        settings = Settings.from_env()
    app = Flask(__name__, template_folder=FILES / "templates", static_folder=FILES / "static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="seventh",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
    )
    library = app.extensions["library"] = Library.load(settings.instruments)
    app.extensions["texts"] = Texts(library)
    db.prepare(settings.database_url)
    db.init_app(app, settings)
    with app.app_context():
        try:
            check_frozen(db.db.session, library)
        except ChangedDefinitionError:
            db.close()
            raise
    views.init_app(app)
    return app


def main() -> None:
    """Run the `seventh` command."""
    load_dotenv(ROOT / ".env")
    cli.seventh(obj=lambda: create_app(Settings.from_env().for_commands()))
