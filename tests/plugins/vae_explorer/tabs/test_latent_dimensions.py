"""The tab "Latent dimensions"."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer import example_images
from plugins.vae_explorer.tabs import latent_dimensions


def test_there_is_a_slider_for_each_latent_dimension(plugin: Plugin) -> None:
    for subject, dimensions in (("digits", 32), ("clothes", 16)):
        _, *sliders = latent_dimensions.choose_latent(plugin, subject, latent_dimensions.RANDOM, 1)
        assert [slider.visible for slider in sliders] == [True] * dimensions + [False] * (32 - dimensions)
    with pytest.raises(UserError, match="choose one of"):
        latent_dimensions.choose_latent(plugin, "birds")


def test_the_sliders_are_decoded_to_the_image_that_was_sampled(plugin: Plugin) -> None:
    sampled, *sliders = latent_dimensions.choose_latent(plugin, "digits", latent_dimensions.RANDOM, 1)
    values = [slider.value for slider in sliders]
    decoded, source = latent_dimensions.decode_sliders(plugin, "digits", *values)
    shown, *again = latent_dimensions.choose_latent(plugin, "digits", source, 9, None, *values)  # as a link opens
    assert images.load(shown).tolist() == images.load(decoded).tolist()
    assert [slider.value for slider in again] == values
    np.testing.assert_allclose(images.load(decoded), images.load(sampled), atol=0.1)  # sliders show two decimals
    with pytest.raises(UserError, match="has 3 values: give 32 numbers"):
        latent_dimensions.decode_sliders(plugin, "digits", 0, 0, 0)


def test_the_latent_vector_is_that_of_an_image_a_drawing_or_zero(plugin: Plugin, tmp_path: Path) -> None:
    digit = example_images.choose_random("mnist", 1, 3).pictures[0]
    images.save(digit, tmp_path / "drawn.png")
    for source, drawing in (("a test image", None), ("your drawing", str(tmp_path / "drawn.png"))):
        decoded, *_ = latent_dimensions.choose_latent(plugin, "digits", source, 3, drawing)
        assert np.square(images.load(decoded)[6::12, 6::12, :1] - digit).mean() < 0.05
    _, *sliders = latent_dimensions.choose_latent(plugin, "digits", "all zero")
    assert {slider.value for slider in sliders if slider.visible} == {0}
    with pytest.raises(UserError, match="Nothing is drawn yet"):
        latent_dimensions.choose_latent(plugin, "digits", "your drawing")


def test_a_slider_says_how_much_its_dimension_encodes() -> None:
    assert latent_dimensions._slider_label(1, 2.24) == "1: KL 2.2 nats"
    assert latent_dimensions._slider_label(32, 0.01) == "32: inactive"
