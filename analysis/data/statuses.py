"""The meaning of a patient's status, in one place for tables, pages and analysis.

Models use it in `Patient.gone` and `Patient.in_follow_up`; the analysis reads the words in its frames.
"""

STATUSES = ("active", "paused", "left", "lost", "died")
# Taking part has ended: links do not open, and a visit due on that day or later expects no answer.
LEFT = "left"
GONE = (LEFT, "died")
# These patients get no messages. A lost patient may still answer, and answers are still expected.
NOT_IN_FOLLOW_UP = (*GONE, "lost")
