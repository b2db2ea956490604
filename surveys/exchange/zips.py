"""What reading a damaged or encrypted zip file raises."""

from __future__ import annotations

import zipfile
import zlib

DAMAGED = (
    zipfile.BadZipFile,
    RuntimeError,  # encrypted
    NotImplementedError,
    EOFError,
    OSError,
    zlib.error,
    ValueError,  # a place before the beginning of the file
)
