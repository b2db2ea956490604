"""Forms of other programs that are none of ours, as a study's own forms: unscored, and without branching."""
