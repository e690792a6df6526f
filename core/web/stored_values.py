"""Values of components as JSON and small files in a plugin's folder, from which a page gets them when it opens."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import move_files_to_cache
from gradio_client.utils import is_file_obj_with_meta, traverse
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageSequence

from core.imaging import images
from core.web.output_files import convert
from core.web.sheets import FRAME_MILLISECONDS, with_labels

LOSSLESS_BELOW, LARGEST = 40_000, 80_000  # bytes of a WebP file
METHOD = 4  # of 0 (fast) to 6 (small)
QUALITIES = 80, 60, 40, 20  # of lossy files: the first that gives at most `LARGEST`, or the last


class StoredFiles:
    """Stores the files in one result, each once, named after the handler."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.stored: dict[str, str] = {}  # by the path of the original

    def store(self, component: Any, value: Any) -> dict[str, Any]:
        """Return the properties that a handler's `value` gives to its output, as JSON, with its files stored.

        None of a `gr.State`, which may hold anything: a visitor's own first run starts with the state of a new page.
        """
        if isinstance(component, gr.State):
            return {}
        value = with_labels(value, component)
        if isinstance(value, gr.components.Component):
            properties = dict(value.constructor_args)
        elif isinstance(value, dict) and value.get("__type__") == "update":
            properties = {name: each for name, each in value.items() if name != "__type__"}
        else:
            properties = {"value": value}
        if "value" in properties:
            shown = component.postprocess(properties["value"])
            properties["value"] = traverse(to_json(shown), self._store_file, is_file_obj_with_meta)
        return properties

    def _store_file(self, file: dict[str, Any]) -> dict[str, Any]:
        path = file["path"]
        is_picture = Path(path).suffix.lower() in images.SUFFIXES
        suffix = ".webp" if is_picture else Path(path).suffix
        if path not in self.stored:
            target = self.folder / f"{self.name}_{len(self.stored) + 1}{suffix}"
            (_write_webp if is_picture else shutil.copyfile)(Path(path), target)
            self.stored[path] = target.name
        name = Path(file.get("orig_name") or path).with_suffix(suffix).name
        return {"path": self.stored[path], "orig_name": name, "meta": file["meta"]}


def load(component: Any, value: Any, folder: Path) -> Any:
    """Return a stored value as a component holds it, with its files in the app's cache; a download is a PNG."""

    def find(file: dict[str, Any]) -> dict[str, Any]:
        path = str(folder / file["path"])
        if not isinstance(component, gr.DownloadButton) or Path(path).suffix != ".webp":
            return {**file, "path": path}
        return {"path": convert(path, "PNG"), "orig_name": Path(file["orig_name"]).with_suffix(".png").name} | {
            "meta": file["meta"]
        }

    found = traverse(value, find, is_file_obj_with_meta)
    return move_files_to_cache(found, component, postprocess=True, keep_in_cache=True)


def to_json(value: Any) -> Any:
    """Return a component's value as JSON has it: models as dicts, tuples as lists."""
    if hasattr(value, "model_dump"):
        value = value.model_dump()
    if isinstance(value, dict):
        return {name: to_json(each) for name, each in value.items()}
    return [to_json(each) for each in value] if isinstance(value, list | tuple) else value


def _write_webp(source: Path, target: Path) -> None:
    """Write a picture or an animation as a small WebP: lossless up to `LOSSLESS_BELOW`, lossy above."""
    with pillow.open(source) as picture:
        first, *others = (frame.copy() for frame in ImageSequence.Iterator(picture))
    animated: dict[str, Any] = (
        {"save_all": True, "append_images": others, "duration": FRAME_MILLISECONDS, "loop": 0} if others else {}
    )
    first.save(target, lossless=True, method=METHOD, **animated)
    for quality in QUALITIES if target.stat().st_size > LOSSLESS_BELOW else ():
        first.save(target, quality=quality, method=METHOD, **animated)
        if target.stat().st_size <= LARGEST:
            return
