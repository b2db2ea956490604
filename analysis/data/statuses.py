"""What a patient's status means: the words' one home, for the tables and the pages as for the analysis.

Models say it as `Patient.gone` and `Patient.in_follow_up`; the analysis meets the words in its frames.
"""

# Taking part has ended: links open nothing, and no answer is expected of a visit due on that day or later.
GONE = ("left", "died")
# Nobody writes to these patients. Who is lost may still answer, and answers are still expected.
NOT_IN_FOLLOW_UP = (*GONE, "lost")
