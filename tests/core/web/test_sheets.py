"""Grids and animations of small pictures."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.web import sheets, theme


def test_rows_are_enlarged_beside_their_labels() -> None:
    rows = [(label, np.full((5, 4, 4, 1), value, np.float32)) for label, value in (("first", 0), ("second", 1))]
    grid = images.load(sheets.write_rows(rows, "grid"))
    pictures = grid[:, sheets.LABEL_WIDTH :]
    assert pictures.shape == (2 * 4 * sheets.GRID_SCALE, 5 * 4 * sheets.GRID_SCALE, 3)
    assert pictures[: 4 * sheets.GRID_SCALE].max() == 0
    assert pictures[4 * sheets.GRID_SCALE :].min() == 1
    assert grid[:, : sheets.LABEL_WIDTH].max() > 0.9  # the labels


@pytest.mark.parametrize("label", ["direction 12 of many", "nearest\ntraining\nimages", "x", ""])
def test_a_label_stays_inside_its_row(label: str) -> None:
    labeled = sheets.label_rows(np.zeros((3 * 84, 84, 3), np.float32), ["", label, ""])[:, : sheets.LABEL_WIDTH]
    written = np.argwhere(np.abs(labeled - labeled[0, 0]).max(axis=-1) > 0.2)
    assert len(written) > 20 or not label
    assert not label or (written.min(axis=0) >= (84, 4)).all()
    assert not label or (written.max(axis=0) < (2 * 84, sheets.LABEL_WIDTH - 4)).all()


def test_the_page_knows_the_size_of_labels() -> None:
    script = (theme.SCRIPTS / "sheets.js").read_text()
    assert f"LABEL_SIZE = {sheets.LABEL_SIZE}," in script
    assert f"LABEL_WIDTH = {sheets.LABEL_WIDTH};" in script


def test_an_animation_plays_forward_and_backward() -> None:
    pictures = np.linspace(0, 1, 4, dtype=np.float32)[:, None, None, None] * np.ones((1, 3, 3, 1), np.float32)
    with pillow.open(sheets.write_animation(pictures, "morph")) as animation:
        shades = []
        for i in range(animation.n_frames):
            animation.seek(i)
            shades.append(animation.convert("RGB").getpixel((0, 0))[0])
    assert shades == [0, 85, 170, 255, 170, 85]


def test_large_pictures_and_animations_are_enlarged_by_powers_of_two_which_take_few_bytes() -> None:
    pictures = np.zeros((2, 64, 64, 3), np.float32)
    rows = images.load(sheets.write_rows([("one", pictures)], "rows"))
    assert rows.shape == (2 * 64, 2 * 2 * 64 + sheets.LABEL_WIDTH, 3)
    assert images.load(sheets.write_rows([("one", pictures)], "rows", scale=4)).shape[0] == 4 * 64
    with pillow.open(sheets.write_animation(pictures, "morph")) as animation:
        assert animation.size == (4 * 64, 4 * 64)


def test_a_page_gets_the_labels_of_rows_beside_the_picture() -> None:
    with gr.Blocks():
        shown, sound = gr.Image(label="Variations"), gr.Audio()
    sheet = sheets.write_labeled(np.zeros((8, 4, 3), np.float32), ["small\nchange", ""], "rows")
    update = sheets.with_labels(sheet, shown)
    assert update == gr.update(value=str(sheet), label="Variations\nsmall change\n")
    shown.label = update["label"]
    assert sheets.with_labels(sheet, shown) == update  # the next result
    assert sheets.with_labels("a.wav", sound) == "a.wav"
