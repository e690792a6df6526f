"""Bounds what a canvas to draw on keeps on the server of what browsers send while someone draws.

A browser sends the layers of a drawing before the event that uses it. Gradio 6.31 keeps them until then, however many
there are, and makes room for as many layers as a request says: one request of a few bytes could take all memory.
"""

from __future__ import annotations

import threading
from typing import Any

from fastapi import HTTPException
from gradio.components.image_editor import ImageEditor

MOST_LAYERS = 16
LARGEST_KEPT = 64_000_000  # bytes, of all visitors and canvases; then the oldest drawings are dropped
NO_INDEX = "", "null", None
NOT_A_DRAWING = "This is no part of a drawing: send a background, a composite, or a layer from 0 to 15, with its file."


class Kept:
    """The drawings that canvases keep, the oldest first."""

    def __init__(self) -> None:
        self._sizes: dict[tuple[int, str], int] = {}
        self._stores: dict[tuple[int, str], dict[str, Any]] = {}
        self._lock = threading.Lock()

    def note(self, store: dict[str, Any], name: str, size: int) -> None:
        """Note that `store` keeps a part of the drawing `name`, of so many bytes, and drop the oldest drawings."""
        with self._lock:
            key = id(store), name
            self._sizes[key] = self._sizes.pop(key, 0) + size
            self._stores[key] = store
            while sum(self._sizes.values()) > LARGEST_KEPT:
                self._drop(next(iter(self._sizes)))

    def _drop(self, key: tuple[int, str]) -> None:
        del self._sizes[key]
        self._stores.pop(key).pop(key[1], None)  # an event may have taken it


def bound_drawings() -> None:
    """From now on, refuse what is no part of a drawing, and keep `LARGEST_KEPT` bytes of drawings at most."""
    accept, kept = ImageEditor.accept_blobs, Kept()

    def accept_bounded(editor: ImageEditor, data: Any) -> None:
        if not _is_part_of_a_drawing(data):
            raise HTTPException(422, NOT_A_DRAWING)
        accept(editor, data)
        kept.note(editor.blob_storage, data.data["id"], len(data.files[0][1]))

    accept_bounded._is_server_fn = True  # type: ignore[attr-defined]
    ImageEditor.accept_blobs = accept_bounded


def _is_part_of_a_drawing(sent: Any) -> bool:
    described, files = getattr(sent, "data", None), getattr(sent, "files", None)
    if not isinstance(described, dict) or not files or not isinstance(described.get("id"), str):
        return False
    if described.get("type") != "layer":
        return described.get("type") in ("background", "composite") and described.get("index") in NO_INDEX
    index = str(described.get("index"))
    return index.isdecimal() and int(index) < MOST_LAYERS
