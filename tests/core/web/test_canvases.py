"""What browsers send while someone draws is kept, in bounds, and nothing else is taken."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest
from gradio.components.image_editor import ImageEditor
from gradio.routes import App
from starlette.testclient import TestClient

from core.web import canvases

LAYER = {"type": "layer", "index": "0", "id": "one", "fn_name": "accept_blobs", "session_hash": "a"}


class Canvas:
    """A canvas on a page, and the parts of drawings that it keeps."""

    def __init__(self) -> None:
        with gr.Blocks() as page:
            pad = gr.Sketchpad()
        page.max_file_size = None  # as `launch` sets it
        self.client, self.kept = TestClient(App.create_app(page)), pad.blob_storage
        self.number = pad._id

    def send(self, file: bytes = b"drawn", **fields: Any) -> int:
        """Send a part of a drawing as a browser does, and return the status of the answer."""
        data = LAYER | {"component_id": str(self.number)} | fields
        given = {name: value for name, value in data.items() if value is not None}
        sent = self.client.post("/gradio_api/component_server", data=given, files={"file": ("layer", file)})
        return sent.status_code


@pytest.fixture
def canvas(monkeypatch: pytest.MonkeyPatch) -> Canvas:
    """A canvas whose drawings are bounded."""
    monkeypatch.setattr(ImageEditor, "accept_blobs", ImageEditor.accept_blobs)  # restored at the end
    canvases.bound_drawings()
    return Canvas()


def test_the_parts_of_a_drawing_are_kept(canvas: Canvas) -> None:
    assert canvas.send() == canvas.send(index="1") == canvas.send(type="composite", index="null") == 200
    assert canvas.kept["one"].layers == [b"drawn", b"drawn"]
    assert canvas.kept["one"].composite == b"drawn"


@pytest.mark.parametrize(
    "wrong", [{"index": "999999999"}, {"index": "-1"}, {"index": "x"}, {"type": "sound"}, {"type": None}, {"id": None}]
)
def test_what_is_no_part_of_a_drawing_is_refused(canvas: Canvas, wrong: dict[str, str | None]) -> None:
    assert canvas.send(**wrong) == 422
    assert not canvas.kept


def test_a_body_without_a_file_is_refused(canvas: Canvas) -> None:
    body = LAYER | {"component_id": canvas.number, "data": [1]}
    assert canvas.client.post("/gradio_api/component_server", json=body).status_code == 422


def test_the_oldest_drawings_are_dropped(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvases, "LARGEST_KEPT", 20)
    for name in ("first", "second", "third"):
        assert canvas.send(b"ten bytes!", id=name) == 200
    assert [*canvas.kept] == ["second", "third"]
    assert canvas.send(b"ten bytes!", id="second", index="1") == 200  # it is the newest now
    assert [*canvas.kept] == ["second"]
