"""The boxes of ISO base media files (AVIF, HEIC): what the main image says of its colors, not read by Pillow."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def find_color_numbers(data: bytes) -> tuple[int, int] | None:
    """Return the numbers (ITU-T H.273) of the main image's primaries and transfer function; None where it says none.

    Only the main image counts: a photo in SDR may hold a gain map, the other rendition of which is in HDR.
    """
    meta = dict(_boxes(dict(_boxes(data)).get(b"meta", b"")[4:]))
    properties = dict(_boxes(meta.get(b"iprp", b"")))
    contents = list(_boxes(properties.get(b"ipco", b"")))
    for index in _properties_of(_main_item(meta.get(b"pitm", b"")), properties.get(b"ipma", b"")):
        name, content = contents[index - 1] if 0 < index <= len(contents) else (b"", b"")
        if name == b"colr" and content.startswith(b"nclx") and len(content) >= 8:
            return int.from_bytes(content[4:6]), int.from_bytes(content[6:8])
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the content of each box that is whole."""
    position = 0
    while position + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, position)
        header = 8
        if size == 1 and position + 16 <= len(data):  # a size of 64 bits follows
            size, header = int.from_bytes(data[position + 8 : position + 16]), 16
        size = size or len(data) - position  # 0: up to the end
        if size < header:
            return
        yield name, data[position + header : position + size]
        position += size


def _main_item(pitm: bytes) -> int:
    """Return the number of the main item by the box `pitm`, the first byte of which is its version."""
    return int.from_bytes(pitm[4:8] if pitm[:1] > b"\0" else pitm[4:6])


def _properties_of(item: int, ipma: bytes) -> list[int]:
    """Return the indices, from 1, of the properties that the box `ipma` associates with an item."""
    if len(ipma) < 8:
        return []
    id_size, index_size = (4 if ipma[0] else 2), (2 if ipma[3] & 1 else 1)
    position = 8
    for _ in range(int.from_bytes(ipma[4:8])):
        if position >= len(ipma):
            break
        found = int.from_bytes(ipma[position : position + id_size])
        count = int.from_bytes(ipma[position + id_size : position + id_size + 1])
        position += id_size + 1
        if found == item:
            parts = (
                ipma[start : start + index_size] for start in range(position, position + count * index_size, index_size)
            )
            return [int.from_bytes(part) & (0x7FFF if index_size == 2 else 0x7F) for part in parts]  # less a flag
        position += count * index_size
    return []
