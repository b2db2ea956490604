"""The audit trail: what changed, by whom and why, written last in its transaction and chained by hash.

Each study has a chain of its own, and the installation has one. Events bind the rows that changed with them
(`surveys.models.facts`). It does not know what the events mean.
"""

from surveys.store.audit.binding import bind, insert_bound
from surveys.store.audit.proof import Break, Looked, verify
from surveys.store.audit.trail import Entry, Value, record

__all__ = ["Break", "Entry", "Looked", "Value", "bind", "insert_bound", "record", "verify"]
