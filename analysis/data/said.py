"""What patients may say of their face as a whole, as codes. Standard library only: the questions ask here."""

SAYS_RECOVERED = ("yes", "nearly", "no")
SAME = "same"
SAYS_CHANGED = ("much_better", "better", SAME, "worse", "much_worse")
"""Of the time since the last questionnaire."""
