"""Messages to patients and word of alerts to staff: planned, claimed, settled."""
