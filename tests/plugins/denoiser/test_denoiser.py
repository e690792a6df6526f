"""The denoiser: noise in and out, any size, any backend, and a network that learns."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.plugin import Plugin
from core.training.data import PatchSampler
from plugins.denoiser.model import build_denoiser
from plugins.denoiser.noise import add_noise, estimate_sigma
from plugins.denoiser.train import draw_pairs
from tests.conftest import ROOT, run_python

EXAMPLES = ROOT / "plugins" / "denoiser" / "examples"


@pytest.fixture(scope="module")
def photo() -> Image:
    return images.load(EXAMPLES / "oakland-zoo-otters.jpg")


def test_noise_is_seeded_and_of_the_size_asked_for(photo: Image) -> None:
    noise = add_noise(photo, 25, seed=3) - photo
    assert noise.std() * 255 == pytest.approx(25, rel=0.01)
    np.testing.assert_array_equal(add_noise(photo, 25, seed=3), add_noise(photo, 25, seed=3))
    assert add_noise(photo, 50).max() > 1  # not clipped


@pytest.mark.parametrize("sigma", [5, 15, 25, 50, 75])
def test_sigma_is_estimated_within_a_tenth(photo: Image, sigma: float) -> None:
    assert estimate_sigma(add_noise(photo, sigma)) == pytest.approx(sigma, rel=0.1)


def test_a_picture_too_small_to_measure_has_no_noise() -> None:
    assert estimate_sigma(np.zeros((8, 30, 3), np.float32)) == 0


@pytest.mark.parametrize(("sigma", "gain"), [(15, 6), (25, 8), (50, 11)])
def test_a_photo_comes_out_cleaner_by_far(denoiser: Plugin, photo: Image, sigma: int, gain: float) -> None:
    noisy = add_noise(photo, sigma)
    restored = denoiser.run("denoise", noisy, sigma=sigma).image
    assert psnr(restored, photo) > psnr(noisy, photo) + gain
    assert restored.min() >= 0
    assert restored.max() <= 1


def test_the_strength_is_found_where_none_is_given(denoiser: Plugin, photo: Image) -> None:
    result = denoiser.run("denoise", add_noise(photo[:200, :200], 30))
    assert result.sigma == pytest.approx(30, rel=0.15)


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 513, 3), (33, 20, 4)])
def test_any_size_is_kept_and_transparency_with_it(denoiser: Plugin, shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).random(shape, np.float32)
    restored = denoiser.run("denoise", image, sigma=25).image
    assert restored.shape == shape
    np.testing.assert_array_equal(restored[..., 3:], image[..., 3:])


@pytest.mark.slow
def test_a_tiled_two_megapixel_photo_equals_the_untiled_one(denoiser: Plugin, photo: Image) -> None:
    large = np.tile(photo, (3, 3, 1))[:1200, :1680]
    noisy = add_noise(large, 25)
    tiled = denoiser.run("denoise", noisy, sigma=25).image
    network, _ = denoiser.engine._load(denoiser.record, None)
    level = np.full((1, 1200, 1680, 1), 25 / 255, np.float32)
    whole = np.clip(network.predict_on_batch((noisy[None], level))[0], 0, 1)
    assert np.abs(tiled - whole).max() < 1.5 / 255
    assert np.sqrt(np.mean((tiled - whole) ** 2)) < 0.05 / 255


def test_each_network_is_best_at_what_it_was_taught(denoiser: Plugin, photo: Image) -> None:
    subjects = {"photographs": photo, "digits": images.load(EXAMPLES / "digits.png")}
    for own, other in (("photographs", "digits"), ("digits", "photographs")):
        noisy = add_noise(subjects[own], 50)
        scores = {
            name: psnr(denoiser.run("denoise", noisy, sigma=50, checkpoint=name).image, subjects[own])
            for name in (own, other)
        }
        assert scores[own] > scores[other] + 0.2


def test_half_precision_serves_nearly_the_same_picture(denoiser: Plugin, photo: Image) -> None:
    noisy = add_noise(photo[:128, :128], 25)
    half = Plugin(denoiser.record, LocalEngine(precision="mixed_bfloat16")).run("denoise", noisy, sigma=25).image
    assert half.dtype == np.float32
    assert 35 < psnr(half, denoiser.run("denoise", noisy, sigma=25).image) < 80


def test_an_untrained_network_is_the_identity(picture: Image) -> None:
    level = np.zeros((1, 120, 160, 1), np.float32)
    np.testing.assert_array_equal(build_denoiser().predict_on_batch((picture[None], level))[0], picture)


def test_a_few_steps_lower_the_loss_on_fresh_patches(photo: Image) -> None:
    keras.utils.set_random_seed(0)
    sampler = PatchSampler([images.to_uint8(photo)], 32)
    random = np.random.default_rng(0)
    network = build_denoiser((16, 32), (1, 1))
    network.compile(keras.optimizers.Adam(2e-3), "mae", jit_compile=False)
    inputs, clean, weight = draw_pairs(sampler, 32, np.random.default_rng(1))
    before = network.evaluate(inputs, clean, sample_weight=weight, verbose=0)
    for _ in range(60):
        network.train_on_batch(*draw_pairs(sampler, 8, random))
    assert network.evaluate(inputs, clean, sample_weight=weight, verbose=0) < 0.95 * before


def test_pairs_hold_their_own_noise_level(photo: Image) -> None:
    (noisy, level), clean, weight = draw_pairs(PatchSampler([images.to_uint8(photo)], 64), 8, np.random.default_rng(0))
    measured = (noisy - clean).std(axis=(1, 2, 3))
    np.testing.assert_allclose(measured, level[:, 0, 0, 0], rtol=0.05)
    assert level.max() <= 75 / 255
    assert np.argmax(weight) == np.argmin(level[:, 0, 0, 0])
    assert weight.shape == (8, 1, 1)


BACKEND_PROGRAM = """
import sys, json, numpy as np
from core import registry; from core.engine import LocalEngine; from core.plugin import Plugin
plugin = Plugin(registry.find("denoiser"), LocalEngine())
noisy = np.load(sys.argv[1])
np.save(sys.argv[2], plugin.run("denoise", noisy, sigma=25).image)
"""


@pytest.mark.backend
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_same_weights_give_the_same_picture_under(
    backend: str, denoiser: Plugin, photo: Image, tmp_path: Path
) -> None:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    noisy = add_noise(photo[:256, :256], 25)
    np.save(tmp_path / "noisy.npy", noisy)
    ended = run_python(
        "-c", BACKEND_PROGRAM, str(tmp_path / "noisy.npy"), str(tmp_path / "out.npy"), KERAS_BACKEND=backend
    )
    assert ended.returncode == 0, ended.stderr
    ours = denoiser.run("denoise", noisy, sigma=25).image
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), ours, atol=1e-4)


@pytest.mark.gpu
def test_the_gpu_is_used_and_named(denoiser: Plugin, photo: Image) -> None:
    if not keras.distribution.list_devices("gpu"):
        pytest.skip("no GPU here")
    denoiser.run("denoise", photo, sigma=25)
    assert "NVIDIA" in denoiser.describe()


def test_scores_in_the_model_card_are_those_of_the_checkpoint() -> None:
    card = (ROOT / "plugins" / "denoiser" / "README.md").read_text()
    facts = json.loads((ROOT / "plugins" / "denoiser" / "weights" / "photographs" / "checkpoint.json").read_text())
    for sigma in (15, 25, 50):
        assert f"{facts['scores'][f'psnr_sigma{sigma}']:.2f}" in card
