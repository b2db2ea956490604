"""Patient-reported outcomes in facial palsy: instruments, study conduct, pages and commands."""

import os

# Before NumPy is loaded. Its matrices here are small: several threads wait for each other, which costs
# processor time that patients need, and the last digits of a report would depend on how many there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
SOFTWARE = f"seventh {__version__}"
