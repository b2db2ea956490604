"""What ends with a status that ends something, in words, and whether it can be undone."""

from __future__ import annotations

from flask_babel import gettext as _


def what_ends(status: str | None) -> str | None:
    """What happens at once when a patient gets this status; None where nothing ends."""
    if status == "died":
        return _(
            "The death holds in every study of the person. Planned messages are cancelled and links stop "
            "working at once. It can be undone: “Taking part” with a reason lets messages be planned again. "
            "Links that stopped stay so; make new ones. Elsewhere it is undone in each study."
        )
    if status == "left":
        return _(
            "Planned messages are cancelled and links stop working at once. Answers stay as consent "
            "allows. It can be undone: “Taking part” with a reason lets messages be planned again. Links "
            "that stopped stay so; make new ones."
        )
    return None
