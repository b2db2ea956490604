"""The records that make up the report."""

from typing import Any

Record = dict[str, Any]
"""One flat record: names to numbers unrounded, texts and None."""
