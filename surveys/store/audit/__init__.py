"""The audit trail: what changed, by whom and why, written last in its transaction and chained by hash.

Each study has a chain of its own, and the installation has one. It does not know what the events mean.
"""

from surveys.store.audit.proof import Break, verify
from surveys.store.audit.trail import Entry, Value, record

__all__ = ["Break", "Entry", "Value", "record", "verify"]
