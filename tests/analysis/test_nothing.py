"""Where nothing is associated, one result in twenty is significant. Long form: tests/proofs."""

import numpy as np

from tests.analysis.nothing import rates

STUDIES = range(40)


def test_methods_find_nothing_where_there_is_nothing():
    """Repeated visits, and patients whose slopes differ: all methods together 3 to 7 %, none far off."""
    found = rates(STUDIES, 8.0)
    assert 0.03 <= np.mean(list(found.values())) <= 0.07
    assert max(found.values()) <= 0.12, found
