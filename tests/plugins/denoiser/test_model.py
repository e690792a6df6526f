"""The denoiser's network and its verb: quality, sizes, tiles, precision, backends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core.engine import LocalEngine
from core.errors import UserError
from core.imaging import images, tiling
from core.imaging.flatness import find_flat
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.plugin import Plugin
from core.progress import Steps, finish
from plugins.denoiser.camera import to_gray
from plugins.denoiser.model import build_denoiser, denoise, size_multiple
from plugins.denoiser.noise import add_noise
from plugins.denoiser.scoring import make_cases
from tests.conftest import run_python
from tests.plugins.denoiser.conftest import EXAMPLES


@pytest.mark.parametrize(("sigma", "gain"), [(15, 6), (25, 8), (50, 11)])
def test_denoising_raises_the_psnr(denoiser: Plugin, photo: Image, sigma: int, gain: float) -> None:
    noisy = add_noise(photo, sigma)
    restored = denoiser.run("denoise", noisy, sigma=sigma).image
    assert psnr(restored, photo) > psnr(noisy, photo) + gain
    assert restored.min() >= 0
    assert restored.max() <= 1


def test_sigma_is_estimated_where_it_is_left_out(denoiser: Plugin, photo: Image) -> None:
    result = denoiser.run("denoise", add_noise(photo[:200, :200], 30))
    assert result.sigma == pytest.approx(30, rel=0.15)


def test_a_blind_network_takes_no_noise_level(photo: Image) -> None:
    blind = build_denoiser((8, 16), (1, 1), blind=True)
    with pytest.raises(UserError, match="sigma is 25"):
        finish(denoise(blind, photo[:20, :20], sigma=25))
    result = finish(denoise(blind, photo[:20, :20]))
    assert result.sigma == pytest.approx(0, abs=0.01)  # an untrained network is the identity


def test_color_and_keep_detail_add_back_what_was_removed(denoiser: Plugin, photo: Image) -> None:
    noisy = add_noise(0.25 + photo[:64, :64] / 2, 15)  # far from black and white, where results are clipped
    restored, colored, grainy, both = (
        denoiser.run("denoise", noisy, sigma=15, color=color, keep_detail=keep_detail).image
        for color, keep_detail in ((1, 0), (0, 0), (1, 1), (0, 1))
    )
    np.testing.assert_allclose(to_gray(colored), to_gray(restored), atol=0.02)
    np.testing.assert_allclose(to_gray(grainy), to_gray(noisy), atol=0.02)
    np.testing.assert_allclose(both, noisy, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 513, 3), (33, 20, 4)])
def test_the_size_and_the_alpha_channel_are_kept(denoiser: Plugin, shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).random(shape, np.float32)
    restored = denoiser.run("denoise", image, sigma=25).image
    assert restored.shape == shape
    np.testing.assert_array_equal(restored[..., 3:], image[..., 3:])


def test_sigma_0_returns_the_image_as_it_is(denoiser: Plugin, photo: Image) -> None:
    noisy = add_noise(photo[:40, :50], 25)
    np.testing.assert_array_equal(denoiser.run("denoise", noisy, sigma=0).image, noisy)
    nine = photo[:9, :9]
    result = denoiser.run("denoise", nine)
    assert result.sigma == 0
    np.testing.assert_array_equal(result.image, nine)


def test_gray_stays_gray_and_is_denoised(denoiser: Plugin, photo: Image) -> None:
    clean = np.repeat(photo[:200, :200, 1:2], 3, axis=-1)
    noisy = np.repeat(add_noise(clean[..., :1], 25), 3, axis=-1)
    restored = denoiser.run("denoise", noisy).image
    np.testing.assert_array_equal(restored, np.repeat(restored[..., :1], 3, axis=-1))
    assert psnr(restored, clean) > psnr(noisy, clean) + 6


@pytest.mark.parametrize("value", [0, 1, 250 / 255])
def test_a_flat_picture_keeps_its_value(denoiser: Plugin, value: float) -> None:
    flat = np.full((60, 70, 3), value, np.float32)
    np.testing.assert_array_equal(denoiser.run("denoise", flat, sigma=25).image, flat)


def test_near_white_areas_do_not_darken(denoiser: Plugin) -> None:
    white = images.from_uint8(np.random.default_rng(0).integers(252, 255, (96, 96, 3), np.uint8))
    assert np.mean(denoiser.run("denoise", white, sigma=25).image - white) * 255 > -0.2


def test_only_windows_of_one_color_are_flat(photo: Image) -> None:
    image = np.ones((50, 60, 3), np.float32)
    image[:, 30:, 2] = 0
    flat = find_flat(image)
    assert flat[:, :20].all()
    assert flat[:, 40:].all()
    assert not flat[:, 28:32].any()
    assert not find_flat(add_noise(photo[:50, :60], 5)).any()


def test_a_tiled_two_megapixel_photo_equals_the_untiled_one(denoiser: Plugin, photo: Image) -> None:
    large = np.tile(photo, (3, 3, 1))[:1200, :1680]
    noisy = add_noise(large, 25)
    tiled = denoiser.run("denoise", noisy, sigma=25).image
    network, _ = denoiser.engine._load(denoiser.record, None)
    level = np.full((1, 1200, 1680, 1), 25 / 255, np.float32)
    whole = np.clip(network.predict_on_batch((noisy[None], level))[0], 0, 1)
    assert np.abs(tiled - whole).max() < 1.5 / 255
    assert np.sqrt(np.mean((tiled - whole) ** 2)) < 0.05 / 255


def test_each_checkpoint_is_best_on_its_training_domain(denoiser: Plugin, photo: Image) -> None:
    subjects = {"photographs": photo, "digits": images.load(EXAMPLES / "digits.png")}
    for own, other in (("photographs", "digits"), ("digits", "photographs")):
        noisy = add_noise(subjects[own], 50)
        scores = {
            name: psnr(denoiser.run("denoise", noisy, sigma=50, checkpoint=name).image, subjects[own])
            for name in (own, other)
        }
        assert scores[own] > scores[other] + 0.2


def test_tiles_are_aligned_with_the_networks_downsampling(photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    network = build_denoiser((8, 8, 8, 16), (1, 1, 1, 1))
    multiples = []
    apply = tiling.apply

    def apply_and_record(*values: Any, multiple: int) -> Steps[Image]:
        multiples.append(multiple)
        return apply(*values, multiple=multiple)

    monkeypatch.setattr(tiling, "apply", apply_and_record)
    finish(denoise(network, photo[:40, :72], 25))
    assert multiples == [size_multiple(network)] == [16]


@pytest.mark.parametrize(
    ("checkpoint", "pipeline"), [("photographs", "white"), ("camera", "camera"), ("digits", "white")]
)
def test_bfloat16_gives_nearly_the_same_image(denoiser: Plugin, photo: Image, checkpoint: str, pipeline: Any) -> None:
    clean = photo[:256, :256]
    noisy, sigma = [*make_cases(clean, pipeline).values()][1]
    whole, half = (
        Plugin(denoiser.record, engine, checkpoint).run("denoise", noisy, sigma=sigma).image
        for engine in (denoiser.engine, LocalEngine(precision="mixed_bfloat16"))
    )
    assert half.dtype == np.float32
    assert 0 < np.abs(whole - half).max() <= 1.5 / 255
    assert psnr(half, clean) == pytest.approx(psnr(whole, clean), abs=0.02)


def test_an_untrained_network_is_the_identity(picture: Image) -> None:
    level = np.zeros((1, 120, 160, 1), np.float32)
    np.testing.assert_array_equal(build_denoiser().predict_on_batch((picture[None], level))[0], picture)


BACKEND_PROGRAM = """
import sys, json, numpy as np
from core import registry; from core.engine import LocalEngine; from core.plugin import Plugin
plugin = Plugin(registry.find("denoiser"), LocalEngine(precision="float32"))
noisy = np.load(sys.argv[1])
np.save(sys.argv[2], plugin.run("denoise", noisy, sigma=25).image)
"""


@pytest.mark.backend
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_same_weights_give_the_same_image_under(
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
