"""REDCap's files of events."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import redcap_events


def test_unique_names_in_their_order() -> None:
    """Of events and of designations alike."""
    events = b"event_name,arm_num,unique_event_name\nB,1,baseline_arm_1\nM,1,month_3_arm_1\n"
    forms = b"arm_num,unique_event_name,form\n1,baseline_arm_1,a\n1,baseline_arm_1,b\n1,month_3_arm_1,b\n"
    assert redcap_events.read(events) == redcap_events.read(forms) == ("baseline_arm_1", "month_3_arm_1")
    with pytest.raises(FileRefused, match="no file of REDCap's events"):
        redcap_events.read(b"a,b\n")
