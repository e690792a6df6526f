"""What a visitor paints on a photo becomes a mask."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from core.imaging import images
from core.web import masks


def test_the_photo_is_shown_small_and_what_is_painted_on_it_becomes_white() -> None:
    photo = masks.write_png(np.full((900, 1800, 3), 0.5, np.float32), "photo")
    background = masks._show_photo(photo)
    assert background.shape == (384, 768, 3)
    layer = np.zeros((384, 768, 4), np.uint8)
    layer[:, 400:] = 226, 59, 48, 255
    mask = images.load(masks.write_mask({"background": background, "layers": [layer], "composite": None}))
    assert mask.shape == (384, 768, 3)
    assert mask[:, :400].max() == 0
    assert mask[:, 400:].min() == 1


@pytest.mark.parametrize("drawing", [None, {"layers": []}, {"layers": [np.zeros((4, 4, 4), np.uint8)]}])
def test_an_unpainted_canvas_is_refused(drawing: object) -> None:
    with pytest.raises(gr.Error, match="Paint on the photo first"):
        masks.write_mask(drawing)  # type: ignore[arg-type]
