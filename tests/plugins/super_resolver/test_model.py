"""The super-resolver's network and its verb: scales, sizes, transparency, tiles, memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.engine import LocalEngine
from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr, shave
from core.plugin import Plugin
from core.progress import finish
from plugins.super_resolver import model
from plugins.super_resolver.model import build_super_resolver, upscale
from plugins.super_resolver.resampling import upscale_bicubic
from plugins.super_resolver.scoring import make_pair
from tests.conftest import run_python


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_an_untrained_network_is_nearest_neighbor_upscaling(scale: int, picture: Image) -> None:
    network = build_super_resolver(scale, width=8, blocks=1)
    expected = picture.repeat(scale, 0).repeat(scale, 1)
    np.testing.assert_allclose(finish(upscale(network, picture)), expected, atol=1e-6)


def test_x4_real_beats_x4_on_degraded_photos(plugin: Plugin, photo: Image) -> None:
    gains = []
    for seed in range(4):
        high, low = make_pair(photo, 4, seed)
        clean, real = (psnr(plugin.run("upscale", low, checkpoint=name), high) for name in ("x4", "x4_real"))
        gains.append(real - clean)
        assert real > psnr(upscale_bicubic(low, 4), high)
    assert np.mean(gains) > 0.5


def test_a_smaller_scale_is_downscaled_from_the_output(plugin: Plugin, photo: Image) -> None:
    small = photo[:40, :50]
    assert plugin.run("upscale", small, scale=3).shape == (120, 150, 3)
    np.testing.assert_array_equal(plugin.run("upscale", small, scale=4), plugin.run("upscale", small))
    with pytest.raises(UserError, match="the scale is 4, this checkpoint's 2: use 1 to 2"):
        plugin.run("upscale", small, scale=4, checkpoint="x2")


@pytest.mark.slow
def test_a_12_megapixel_result_stays_far_below_1_5_gb(tmp_path: Path) -> None:
    images.save(np.random.default_rng(0).random((750, 1000, 3), np.float32), tmp_path / "in.png")
    program = (
        "import sys, keras; from benchmarks.memory import peak_megabytes; from core.__main__ import main;"
        "from core import registry, verbs; from core.cli import local;"
        "verbs.import_module_of(registry.find('super_resolver'), 'model');"
        "print(peak_megabytes(lambda: main(['run', 'super_resolver', 'upscale', *sys.argv[1:]])))"
    )
    ended = run_python("-c", program, str(tmp_path / "in.png"), str(tmp_path / "out.png"))
    assert images.load(tmp_path / "out.png").shape == (3000, 4000, 3)
    assert float(ended.stdout.split()[-1]) < 1000


@pytest.mark.parametrize("checkpoint", ["x2", "x3", "x4", "x4_real"])
def test_bfloat16_gives_nearly_the_same_image(plugin: Plugin, photo: Image, checkpoint: str) -> None:
    high, low = make_pair(photo, 4 if checkpoint == "x4_real" else int(checkpoint[1]), 0)
    whole, half = (
        Plugin(plugin.record, engine, checkpoint).run("upscale", low)
        for engine in (plugin.engine, LocalEngine(precision="mixed_bfloat16"))
    )
    assert half.dtype == np.float32
    assert 0 < np.abs(whole - half).max() <= 1.5 / 255
    size = high.shape[:2]
    assert psnr(half[: size[0], : size[1]], high) == pytest.approx(psnr(whole[: size[0], : size[1]], high), abs=0.02)


def test_tiles_leave_no_seams(plugin: Plugin, photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    small = photo[:192, :192]
    whole = plugin.run("upscale", small, checkpoint="x2")
    monkeypatch.setattr(model, "TILE", 96)
    seams = []
    for overlap in (model.OVERLAP, 0):
        monkeypatch.setattr(model, "OVERLAP", overlap)
        difference = np.abs(whole - plugin.run("upscale", small, checkpoint="x2"))
        seams.append(shave(difference, 2 * 24).max())  # nearer to its border, a picture ends otherwise in each
    assert seams[0] < 1e-4
    assert seams[1] > 1e-3


def test_colors_of_transparent_pixels_do_not_bleed_in(plugin: Plugin) -> None:
    disc = np.hypot(*np.mgrid[-20:20, -20:20]) < 12
    white_on_nothing = np.repeat(disc[..., None], 4, axis=-1).astype(np.float32)
    for large in (plugin.run("upscale", white_on_nothing), upscale_bicubic(white_on_nothing, 4)):
        assert images.composite_on_white(large).min() > 0.97


def test_the_alpha_channel_is_upscaled(plugin: Plugin, photo: Image) -> None:
    alpha = np.linspace(0, 1, 40, dtype=np.float32)[:, None, None].repeat(30, 1)
    large = plugin.run("upscale", np.concatenate([photo[:40, :30], alpha], axis=-1))
    assert large.shape == (160, 120, 4)
    np.testing.assert_allclose(large[..., 3:], upscale_bicubic(alpha, 4))


@pytest.mark.parametrize("shape", [(1, 1), (7, 200)])
def test_any_size_can_be_upscaled(plugin: Plugin, shape: tuple[int, int]) -> None:
    large = plugin.run("upscale", np.full((*shape, 3), 0.5, np.float32))
    assert large.shape == (4 * shape[0], 4 * shape[1], 3)


@pytest.mark.parametrize("checkpoint", ["x4", "x4_real"])
def test_gray_stays_gray_and_flat_areas_keep_their_value(plugin: Plugin, photo: Image, checkpoint: str) -> None:
    gray = np.repeat(photo[:40, :40, :1], 3, axis=-1)
    assert np.ptp(plugin.run("upscale", gray, checkpoint=checkpoint), axis=-1).max() == 0
    for value in (0, 1):
        flat = np.full((40, 40, 3), value, np.float32)
        np.testing.assert_array_equal(plugin.run("upscale", flat, checkpoint=checkpoint), value)
