"""The meaning of a patient's status, in one place for tables, pages and analysis.

Models use it in `Patient.gone` and `Patient.in_follow_up`; the analysis reads the words in its frames.
"""

from analysis.words import words as _

STATUSES = ("active", "paused", "left", "lost", "died")
# Taking part has ended: links do not open, and a visit due on that day or later expects no answer.
LEFT = "left"
DIED = "died"
GONE = (LEFT, DIED)
# These patients get no messages. A lost patient may still answer, and answers are still expected.
LOST = "lost"
NOT_IN_FOLLOW_UP = (*GONE, LOST)
# These may have a reason: a code, with its words.
WITH_REASON = (LEFT, LOST)
OWN_WISH, NO_CONSENT, NOT_REACHED, OTHER_REASON = "own_wish", "no_consent", "not_reached", "other"
REASONS = {
    OWN_WISH: _("Wanted to stop"),
    NO_CONSENT: _("Did not agree to take part"),
    "burden": _("Too much effort"),
    "recovered": _("Feels recovered"),
    "elsewhere": _("Moved, or treated elsewhere"),
    "illness": _("Another illness"),
    NOT_REACHED: _("Could not be reached"),
    "clinic": _("The clinic decided it"),
    OTHER_REASON: _("Another reason"),
    "unknown": _("Not known"),
}
