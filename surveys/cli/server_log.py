"""The log of the server's first process, before there is an application in any of them."""

from __future__ import annotations

import os
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from surveys import logs


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's, in our form: `--logger-class surveys.cli.server_log.ServerLog`."""

    def setup(self, cfg: Any) -> None:
        """Set up, also anew when the configuration is read again."""
        super().setup(cfg)
        logs.set_up(os.environ.get("SEVENTH_LOG", ""))
