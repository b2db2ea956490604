"""The scales on which a clinician grades a palsy. Their codes are those of tables, imports and exports."""

HOUSE_BRACKMANN = "house_brackmann"  # 1 is normal, 6 is no movement
SUNNYBROOK = "sunnybrook"  # 0 to 100; 100 is normal
GRADING_SCALES = (HOUSE_BRACKMANN, SUNNYBROOK)
