"""The super-resolver: shapes, transparency, tiles without seams, and better than bicubic interpolation."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from conftest import ROOT
from PIL import Image as pillow  # noqa: N813 - as in core.images

from core import checkpoint, images, registry
from core.data import PatchSampler
from core.engine import LocalEngine
from core.errors import UserError
from core.images import Image
from core.metrics import shave
from core.plugin import Plugin
from core.steps import finish
from plugins.super_resolver import interface, model
from plugins.super_resolver.model import build_super_resolver, upscale
from plugins.super_resolver.shrinking import crop, enlarge, shrink
from plugins.super_resolver.train import draw_pairs, find_low, pair, score

PHOTO = ROOT / "plugins" / "denoiser" / "examples" / "oakland-zoo-otters.jpg"


@pytest.fixture(scope="module")
def plugin() -> Plugin:
    return Plugin(registry.find("super_resolver"), LocalEngine())


@pytest.fixture(scope="module")
def photo() -> Image:
    return images.load(PHOTO)[:256, :384]


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_new_network_is_the_nearest_neighbour_enlargement(scale: int, picture: Image) -> None:
    network = build_super_resolver(scale, width=8, blocks=1)
    expected = picture.repeat(scale, 0).repeat(scale, 1)
    np.testing.assert_allclose(finish(upscale(network, picture)), expected, atol=1e-6)


@pytest.mark.parametrize(("name", "scale"), [("x2", 2), ("x4", 4)])
def test_it_beats_bicubic_interpolation(plugin: Plugin, photo: Image, name: str, scale: int) -> None:
    scores = score(lambda small: plugin.run("upscale", small, checkpoint=name), *pair(photo, scale), scale)
    assert scores[f"psnr_y_x{scale}"] > scores[f"bicubic_psnr_y_x{scale}"] + 0.3
    assert scores[f"ssim_y_x{scale}"] > scores[f"bicubic_ssim_y_x{scale}"]


def test_tiles_leave_no_seams(plugin: Plugin, photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    small = photo[:150, :170]
    whole = plugin.run("upscale", small, checkpoint="x2")
    monkeypatch.setattr(model, "TILE", 96)
    tiled = plugin.run("upscale", small, checkpoint="x2")
    difference = shave(np.abs(whole - tiled), 2 * 24)  # nearer to its border, a picture ends otherwise in each
    assert difference.max() < 1e-4


def test_transparency_grows_with_the_picture(plugin: Plugin, photo: Image) -> None:
    alpha = np.linspace(0, 1, 40, dtype=np.float32)[:, None, None].repeat(30, 1)
    large = plugin.run("upscale", np.concatenate([photo[:40, :30], alpha], axis=-1))
    assert large.shape == (160, 120, 4)
    np.testing.assert_allclose(large[..., 3:], enlarge(alpha, 4))


@pytest.mark.parametrize("shape", [(1, 1), (7, 200)])
def test_any_size_will_do(plugin: Plugin, shape: tuple[int, int]) -> None:
    large = plugin.run("upscale", np.full((*shape, 3), 0.5, np.float32))
    assert large.shape == (4 * shape[0], 4 * shape[1], 3)


def test_pairs_fit_each_other(photo: Image) -> None:
    sampler = PatchSampler([images.to_uint8(photo)], 4 * (24 + 4))
    low, high = draw_pairs(sampler, 3, 4, np.random.default_rng(0))
    assert (low.shape, high.shape) == ((3, 24, 24, 3), (3, 96, 96, 3))
    inner = slice(2, -2)
    again = np.stack([shrink(patch, 4) for patch in high])
    assert np.abs(low - again)[:, inner, inner].max() <= 1 / 255 + 1e-6


def test_shrinking_is_pillow_s_antialiased_bicubic(photo: Image) -> None:
    expected = pillow.fromarray(images.to_uint8(photo)).resize((96, 64), pillow.Resampling.BICUBIC)
    np.testing.assert_array_equal(images.to_uint8(shrink(photo, 4)), np.asarray(expected))
    assert crop(photo[:255, :383], 4).shape == (252, 380, 3)


def test_a_small_picture_is_found_by_its_name(tmp_path: Path) -> None:
    for name in ("bird.png", "baby_x4.png", "headx4.png"):
        (tmp_path / name).touch()
    for stem, found in (("bird", "bird.png"), ("baby", "baby_x4.png"), ("head", "headx4.png")):
        assert find_low(tmp_path, Path(f"{stem}.png"), 4).name == found
    with pytest.raises(UserError, match="holds no small woman"):
        find_low(tmp_path, Path("woman.png"), 4)


def test_the_page_scores_what_it_shrank_itself(plugin: Plugin) -> None:
    sample = next(interface.EXAMPLES.glob("oakland*"))
    (before, after), words, given, errors, _ = finish(interface.upscale(plugin, str(sample), 4, True))
    assert images.load(before).shape == images.load(after).shape == (256, 384, 3)
    assert "96 × 64 → 384 × 256" in words
    assert words.count(" dB") == 2
    assert images.load(given.value["path"]).shape == (64, 96, 3)
    assert errors.visible


def test_the_page_refuses_what_is_too_large_or_too_small(plugin: Plugin, tmp_path: Path) -> None:
    for shape, shrink_first, words in [((40, 40), True, "too small to shrink"), ((2000, 2000), False, "64 megapixels")]:
        images.save(np.zeros((*shape, 3), np.float32), tmp_path / "picture.png")
        with pytest.raises(UserError, match=words):
            finish(interface.upscale(plugin, str(tmp_path / "picture.png"), 4, shrink_first))


def test_scores_in_the_model_card_are_those_of_the_checkpoints(plugin: Plugin) -> None:
    card = (plugin.record.folder / "README.md").read_text()
    for name in plugin.record.facts.checkpoints:
        scores = checkpoint.read(plugin.record.folder / "weights" / name).scores
        assert f"| `{name}` | {scores[f'psnr_y_{name}']:.2f} | {scores[f'ssim_y_{name}']:.4f} |" in card


def test_noise_has_a_seed(plugin: Plugin) -> None:
    first, second, other = (finish(interface.invent(plugin, 2, seed))[0][1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(images.load(first), images.load(second))
    assert np.abs(images.load(first) - images.load(other)).max() > 0.1


def test_training_makes_it_better(photo: Image) -> None:
    keras.utils.set_random_seed(0)
    network = build_super_resolver(2, width=8, blocks=1)
    network.compile("adam", loss="mae")
    sampler = PatchSampler([images.to_uint8(photo)], 2 * (24 + 4))
    low, high = draw_pairs(sampler, 32, 2, np.random.default_rng(0))
    before = network.evaluate(low, high, verbose=0)
    network.fit(low, high, batch_size=8, epochs=40, verbose=0)
    assert network.evaluate(low, high, verbose=0) < 0.9 * before
