"""Plain arrays in, numbers out: formulas, models, intervals, without any knowledge of palsy."""
