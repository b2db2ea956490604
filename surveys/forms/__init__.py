"""Forms: the possible input. `questionnaire` is made from definitions; `staff` has staff's forms."""
