"""Forms: what may be entered. `questionnaire` is made from definitions, `staff` holds the staff's."""
