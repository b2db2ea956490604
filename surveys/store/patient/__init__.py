"""A patient: enrolment, palsies, treatments, gradings, contact, consent, leaving."""
