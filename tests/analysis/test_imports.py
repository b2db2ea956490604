"""What importing the analysis costs."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("analysis.data.frame", {"scipy", "statsmodels", "plotly"}),
        ("analysis.report", {"scipy", "statsmodels", "plotly"}),
        ("analysis.figures", {"scipy", "statsmodels"}),
    ],
)
def test_heavy_libraries_wait_until_they_are_needed(module, absent):
    """Opening a page loads only what it draws or computes; nothing of ours comes along either."""
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {absent | {'surveys', 'app'}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
