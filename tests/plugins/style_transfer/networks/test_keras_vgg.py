"""Keras' VGG-19 is normalized by the bundled one, whatever pictures the page offers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.style_transfer import gallery, resizing
from plugins.style_transfer.networks import keras_vgg, vgg
from plugins.style_transfer.options import OptimizeOptions
from plugins.style_transfer.vgg_layers import CHANNELS, LAYERS
from tests.plugins.style_transfer.conftest import PHOTO


@pytest.fixture
def reference(network: keras.Model) -> Iterator[keras.Model]:
    """The bundled VGG, and no VGG of Keras' cached before or after."""
    keras_vgg.load_keras_vgg.cache_clear()
    yield network.get_layer(vgg.VGG)
    keras_vgg.load_keras_vgg.cache_clear()


def offer(monkeypatch: Any, source: keras.Model) -> None:
    """Let keras.applications return `source`."""
    monkeypatch.setattr(keras.applications, "VGG19", lambda **_: source)


def denormalize(reference: keras.Model) -> keras.Model:
    """Return a network with the layers of `keras.applications.VGG19` that is `reference`, each channel rescaled."""
    random = np.random.default_rng(0)
    source = keras.applications.VGG19(include_top=False, weights=None)
    previous = np.ones(3, np.float32)
    for name in LAYERS:
        kernel, bias = reference.get_layer(name).get_weights()
        scale = random.uniform(0.1, 50, CHANNELS[name]).astype(np.float32)
        source.get_layer(name).set_weights([kernel / previous[:, None] * scale, bias * scale])
        previous = scale
    return source


def test_a_vgg_that_differs_by_scales_alone_becomes_the_reference(reference: keras.Model, monkeypatch: Any) -> None:
    offer(monkeypatch, denormalize(reference))
    loaded = keras_vgg.load_keras_vgg(reference)
    for name in LAYERS:
        for found, expected in zip(
            loaded.get_layer(name).get_weights(), reference.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
    photo = resizing.shrink_to(images.load(PHOTO), 96)[None]
    found, expected = (vgg.feature_extractor(each, LAYERS).predict_on_batch(photo) for each in (loaded, reference))
    for name in LAYERS:
        assert np.abs(found[name] - expected[name]).max() < 0.02 * expected[name].max(), name  # float16's mean color


def test_each_kernel_of_another_vgg_gets_the_norm_of_the_reference_s(reference: keras.Model, monkeypatch: Any) -> None:
    offer(monkeypatch, keras.applications.VGG19(include_top=False, weights=None))
    loaded = keras_vgg.load_keras_vgg(reference)
    for name in LAYERS:
        kernels = (each.get_layer(name).get_weights()[0] for each in (loaded, reference))
        found, expected = (np.sqrt((kernel**2).sum((0, 1, 2))) for kernel in kernels)
        np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize("side", [40, 300])
def test_a_picture_that_is_added_to_the_examples_changes_nothing(
    reference: keras.Model, monkeypatch: Any, tmp_path: Path, side: int
) -> None:
    offer(monkeypatch, keras.applications.VGG19(include_top=False, weights=None))
    before = keras_vgg.load_keras_vgg(reference).get_weights()
    added = tmp_path / "added.jpg"
    images.save(np.random.default_rng(0).random((side, side, 3), np.float32), added)
    monkeypatch.setattr(gallery, "PHOTOS", [*gallery.PHOTOS, added])
    keras_vgg.load_keras_vgg.cache_clear()
    for one, other in zip(before, keras_vgg.load_keras_vgg(reference).get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not hasattr(keras_vgg, "PHOTOS")


@pytest.mark.usefixtures("reference")
def test_a_failed_download_is_one_sentence(plugin: Plugin, photo: Any, style: Any, monkeypatch: Any) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("no route to host")

    monkeypatch.setattr(keras.applications, "VGG19", fail)
    with pytest.raises(UserError, match=r"cannot be downloaded .no route to host.: use the bundled one"):
        plugin.run("optimize", photo, style, options=OptimizeOptions(features="keras"))


def test_keras_own_vgg_optimizes_too(plugin: Plugin, reference: keras.Model, photo: Any, monkeypatch: Any) -> None:
    offer(monkeypatch, denormalize(reference))
    options = [OptimizeOptions(size=64, steps=4, features=features) for features in ("bundled", "keras")]
    bundled, own = (plugin.run("optimize", photo, photo[::-1], options=each) for each in options)
    np.testing.assert_allclose(own.style, bundled.style, rtol=0.1)
