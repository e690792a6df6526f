"""The tabs that edit and mix cats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from core.web import sheets
from plugins.gan_generator import attributes
from plugins.gan_generator.tabs import edit, mix


def test_an_edit_is_shown_before_and_after_and_as_a_sum(plugin: Plugin) -> None:
    before, after, words = edit.edit_cat(plugin, None, 442, accessory="black hat", accessory_amount=0.5, blue=-1)
    assert words == "**This cat − 50% red hat + 50% black hat, -1.0 · “Orange to blue”**"
    difference = np.abs(images.load(after) - images.load(before))
    assert difference.mean() > 0.02
    *_, same = edit.edit_cat(plugin, None, 442, accessory="red hat")
    assert same == edit.SAME


def test_the_animation_begins_with_the_cat_and_ends_with_the_edited_one(plugin: Plugin) -> None:
    before, after, _ = edit.edit_cat(plugin, None, 442, color="orange")
    (animation,) = edit.animate_edit(plugin, None, 442, color="orange")
    with pillow.open(animation) as film:
        assert film.n_frames == 2 * edit.FRAMES - 2
        for path, frame in ((before, 0), (after, edit.FRAMES - 1)):
            film.seek(frame)
            pixels = np.asarray(film.convert("RGB"))[:: film.height // 64, :: film.width // 64]
            np.testing.assert_allclose(pixels / 255, images.load(path)[::6, ::6], atol=1e-2)


def test_the_attributes_of_a_real_cat_are_found_and_a_photo_that_is_none_is_projected_too(
    plugin: Plugin, monkeypatch: Any
) -> None:
    monkeypatch.setattr(edit, "ROUNDS", 1)
    weights, words = finish(edit.project_cat(plugin, str(edit.REAL_CATS[0])))
    values = attributes.to_values(np.array([weights]), edit.SIZES)[0]
    assert [names[value] for names, value in zip(edit.NAMES, values, strict=True)] == [
        "wide eyes",
        "tiny mouth",
        "pink",
        "dots",
        "red hat",
    ]
    assert "a PSNR of 2" in words
    assert edit.guess(plugin, np.full((64, 64, 3), 0.5, np.float32)) is None
    picture, _, _ = edit.edit_cat(plugin, weights)
    assert np.abs(images.load(picture)[::6, ::6] - images.load(str(edit.REAL_CATS[0]))).mean() < 0.05


def test_cats_are_mixed_in_a_table_with_the_cats_at_its_edges(plugin: Plugin) -> None:
    (table,) = mix.mix_cats(plugin)
    sheet = images.load(table)
    assert sheet.shape[0] == (mix.ROWS + 1) * 64 * sheets.LARGE_SCALE
    for call in (lambda: mix.mix_cats(plugin, switch="12"), lambda: edit.edit_cat(plugin, eyes="none")):
        with pytest.raises(UserError):
            call()
