"""A study as FHIR R4: Questionnaires that score themselves, responses, scores (`docs/export.md`)."""
