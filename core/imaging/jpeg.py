"""What a JPEG costs to decode, read from its markers: each of its scans is a pass over the whole picture.

A scan may be 60 bytes long, and a decoder cannot be interrupted: a file of 16 MB could keep it busy for hours.
"""

from __future__ import annotations

import re

from core.imaging.unsupported import UnsupportedError

MOST_SCANS = 100  # encoders write one, or about ten where the picture is to appear progressively
MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")  # neither a byte of the scan's data (0) nor a restart (d0 to d7)
WITHOUT_LENGTH = b"\x01\xd8"
START_OF_SCAN, END = b"\xda", b"\xd9"
TOO_MANY_SCANS = f"is a JPEG of more than {MOST_SCANS} scans, which takes too long to decode: export it again"


def check_scans(data: bytes) -> None:
    """Raise UnsupportedError if a JPEG has more than `MOST_SCANS` scans; of several pictures, the first one counts."""
    scans, position = 0, 0
    while found := MARKER.search(data, position):
        marker, position = found[1], found.end()
        if marker == END:
            return
        if marker not in WITHOUT_LENGTH:
            position += int.from_bytes(data[position : position + 2], "big")
        scans += marker == START_OF_SCAN
        if scans > MOST_SCANS:
            raise UnsupportedError(TOO_MANY_SCANS)
