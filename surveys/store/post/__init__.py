"""Messages to patients and notices of alerts to staff: planned, claimed, settled."""
