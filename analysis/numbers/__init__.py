"""Plain arrays in, numbers out: formulas, models, intervals. Knows nothing of palsy."""
