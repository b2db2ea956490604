"""Forms: what may be entered, checked. `questionnaire` is made from definitions, `staff` holds the staff's."""
