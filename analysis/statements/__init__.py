"""What may be claimed of a study: sentences made from its records by stated rules, and nowhere else."""

from analysis.statements.statement import Statement, text

__all__ = ["Statement", "text"]
