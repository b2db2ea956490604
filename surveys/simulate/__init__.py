"""A believable study by seed, through the store: the scoring and the rules are those of real answers.

The numbers are not estimates of clinical truth. NumPy is imported when a study is made.
"""
