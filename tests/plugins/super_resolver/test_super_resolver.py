"""The super-resolver: shapes, transparency, tiles without seams, and better than bicubic interpolation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import keras
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import metadata, registry
from core.engine import LocalEngine
from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr, shave
from core.plugin import Plugin
from core.progress import finish
from core.training.data import PatchSampler
from plugins.super_resolver import interface, model
from plugins.super_resolver.degradation import degrade
from plugins.super_resolver.model import build_super_resolver, upscale
from plugins.super_resolver.resampling import crop, enlarge, shrink
from plugins.super_resolver.train import draw_pairs, evaluate, find_low, pair, score
from tests.conftest import ROOT, run_python

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


@pytest.mark.parametrize(("name", "scale"), [("x2", 2), ("x3", 3), ("x4", 4)])
def test_it_beats_bicubic_interpolation(plugin: Plugin, photo: Image, name: str, scale: int) -> None:
    high, low = pair(photo, scale)
    scores = score(lambda small: plugin.run("upscale", small, checkpoint=name), high, low, scale)
    assert scores[f"psnr_y_x{scale}"] > scores[f"bicubic_psnr_y_x{scale}"] + 0.3
    assert scores[f"ssim_y_x{scale}"] > scores[f"bicubic_ssim_y_x{scale}"]


def test_real_photos_are_better_off_with_the_network_for_them(plugin: Plugin, photo: Image) -> None:
    gains = []
    for seed in range(4):
        high, low = pair(photo, 4, seed)
        clean, real = (psnr(plugin.run("upscale", low, checkpoint=name), high) for name in ("x4", "x4_real"))
        gains.append(real - clean)
        assert real > psnr(enlarge(low, 4), high)
    assert np.mean(gains) > 0.5


def test_less_than_a_network_makes_is_had_by_shrinking(plugin: Plugin, photo: Image) -> None:
    small = photo[:40, :50]
    assert plugin.run("upscale", small, scale=3).shape == (120, 150, 3)
    np.testing.assert_array_equal(plugin.run("upscale", small, scale=4), plugin.run("upscale", small))
    with pytest.raises(UserError, match="the scale is 4, this checkpoint's 2: use 1 to 2"):
        plugin.run("upscale", small, scale=4, checkpoint="x2")


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


def test_the_faults_of_a_real_photo_are_drawn(photo: Image) -> None:
    first, again, other = (degrade(photo, 4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (64, 96, 3)
    assert 15 < psnr(first, shrink(photo, 4)) < 40
    assert np.abs(first - other).mean() > 1 / 255


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


def test_what_is_transparent_does_not_bleed_in(plugin: Plugin) -> None:
    disc = np.hypot(*np.mgrid[-20:20, -20:20]) < 12
    white_on_nothing = np.repeat(disc[..., None], 4, axis=-1).astype(np.float32)
    for large in (plugin.run("upscale", white_on_nothing), enlarge(white_on_nothing, 4)):
        assert images.composite_on_white(large).min() > 0.97


def test_transparency_grows_with_the_picture(plugin: Plugin, photo: Image) -> None:
    alpha = np.linspace(0, 1, 40, dtype=np.float32)[:, None, None].repeat(30, 1)
    large = plugin.run("upscale", np.concatenate([photo[:40, :30], alpha], axis=-1))
    assert large.shape == (160, 120, 4)
    np.testing.assert_allclose(large[..., 3:], enlarge(alpha, 4))


@pytest.mark.parametrize("shape", [(1, 1), (7, 200)])
def test_any_size_will_do(plugin: Plugin, shape: tuple[int, int]) -> None:
    large = plugin.run("upscale", np.full((*shape, 3), 0.5, np.float32))
    assert large.shape == (4 * shape[0], 4 * shape[1], 3)


def test_evaluate_scores_what_is_named(plugin: Plugin, photo: Image, tmp_path: Path) -> None:
    images.save(photo[:96, :96], tmp_path / "a.png")
    every = evaluate(plugin, tmp_path).scores
    assert {"psnr_y_x2", "psnr_y_x3", "psnr_y_x4", "real_psnr_y_x4"} < set(every)
    real = Plugin(plugin.record, plugin.engine, "x4_real")
    assert all(name.startswith("real_") for name in evaluate(real, tmp_path).scores)
    assert evaluate(plugin, tmp_path, scale=3).scores["psnr_y_x3"] == every["psnr_y_x3"]
    images.save(photo[:20, :20], tmp_path / "b.png")
    with pytest.raises(UserError, match=r"b\.png is 20 × 20 pixels: use at least 23 each way"):
        evaluate(plugin, tmp_path, scale=4)


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
    for name in ("bird.json", "bird.png", "baby_x4.png", "headx4.png"):
        (tmp_path / name).touch()
    for stem, found in (("bird", "bird.png"), ("baby", "baby_x4.png"), ("head", "headx4.png")):
        assert find_low(tmp_path, Path(f"{stem}.png"), 4).name == found
    with pytest.raises(UserError, match="holds no small woman"):
        find_low(tmp_path, Path("woman.png"), 4)


@pytest.mark.parametrize(("scale", "real"), [(4, False), (3, True)])
def test_the_page_scores_what_it_shrank_itself(plugin: Plugin, scale: int, real: bool) -> None:
    sample = str(next(interface.EXAMPLES.glob("oakland*")))
    (before, after), words, given, errors, _ = finish(interface.upscale(plugin, sample, scale, real, True))
    height, width = 256 // scale, 384 // scale
    assert images.load(before).shape == images.load(after).shape == (height * scale, width * scale, 3)
    assert f"{width} × {height} → {width * scale} × {height * scale}" in words
    assert words.count(" dB") == 2
    assert images.load(given.value["path"]).shape == images.load(errors.value["path"]).shape
    assert errors.visible


def test_the_page_refuses_what_is_too_small_and_what_is_nowhere(plugin: Plugin, tmp_path: Path) -> None:
    small, photo = tmp_path / "small.png", str(interface.PHOTOS[0])
    images.save(np.zeros((40, 40, 3), np.float32), small)
    for arguments, words in [
        ((str(small), 4, False, True), "40 × 40 pixels are too few"),
        ((photo, 5), "The scale is 5: use 2, 3, 4"),
        ((photo, 4, False, False, -1), "The piece is -1 pixels"),
        ((photo, 4, False, False, 128, 130), "at 130 %"),
    ]:
        with pytest.raises(UserError, match=words):
            finish(interface.upscale(plugin, *arguments))
    assert interface._start_anew(128, 2) == (0, 50, 50, 3)


def test_of_a_large_picture_the_page_takes_a_piece(plugin: Plugin, tmp_path: Path) -> None:
    large = np.zeros((1200, 1300, 3), np.float32)
    large[:100, 1200:] = 1
    images.save(large, tmp_path / "large.png")
    (_, after), words, *_ = finish(interface.upscale(plugin, str(tmp_path / "large.png"), 4, across=100, down=0))
    assert "A piece of your 1300 × 1200 pixels" in words
    assert "512 × 512 → 2048 × 2048" in words
    assert images.load(after)[200, -200].min() > 0.9
    with pytest.raises(UserError, match="too large to enlarge here: use 512"):
        finish(interface.upscale(plugin, str(tmp_path / "large.png"), 4, piece=1200))


def test_a_click_chooses_the_piece() -> None:
    click = gr.SelectData(None, {"index": [96, 64], "value": None})
    assert interface._point_at(str(interface.PHOTOS[0]), 0, 0, click) == (128, 25, 25, 1)
    assert interface._point_at(str(interface.PHOTOS[0]), 512, 3, click) == (512, 25, 25, 4)


def test_each_teacher_is_better_at_its_own_subject(plugin: Plugin) -> None:
    for subject, better in (("digits", 1), ("a photo", -1)):
        *_, words = finish(interface.compare_teachers(plugin, subject))
        digits, photographs = (float(part.split("**")[1].removesuffix(" dB")) for part in words.split(" on ")[1:3])
        assert better * (digits - photographs) > 0
    with pytest.raises(UserError, match="The subject is 'cats'"):
        finish(interface.compare_teachers(plugin, "cats"))


def test_scores_in_the_model_card_are_those_of_the_checkpoints(plugin: Plugin) -> None:
    card = (plugin.record.folder / "README.md").read_text()
    for name in plugin.record.ready_manifest.checkpoints:
        scores = metadata.read(plugin.record.folder / "weights" / name).scores
        keys = [key for key in scores if "_y_x" in key]  # ours, ours, bicubic's, bicubic's
        ours, bicubic = (f"{scores[a]:.2f} | {scores[b]:.4f} |" for a, b in zip(keys[::2], keys[1::2], strict=True))
        assert f"| `{name}` | {ours}" in card
        assert bicubic in card


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


@pytest.mark.browser
def test_a_visitor_enlarges_a_photo_and_clicks_for_a_piece(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/super_resolver")
    page.locator(".source img").nth(1).click()
    page.get_by_text("384 × 256 → 1536 × 1024").wait_for(timeout=120_000)
    page.locator(".source img").first.click(position={"x": 80, "y": 60})
    page.get_by_text("128 × 128 → 512 × 512").wait_for(timeout=60_000)
    assert page.get_by_label("128 px").is_checked()
    with page.expect_download() as download:
        page.get_by_text("Download PNG").click()
    assert download.value.suggested_filename == "oakland-zoo-otters_x4.png"
    assert images.load(download.value.path().read_bytes()).shape == (512, 512, 3)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


@pytest.mark.browser
def test_before_and_after_are_zoomed_together(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{app_address}/super_resolver")
    page.locator(".source img").nth(1).click()
    page.get_by_text("384 × 256 → 1536 × 1024").wait_for(timeout=120_000)
    page.locator(".hero img").first.hover(position={"x": 200, "y": 200})
    page.mouse.wheel(0, -300)
    zoomed = "images => images.length == 2 && images.every(image => image.style.transform.includes('scale(1.05)'))"
    page.wait_for_function(f"({zoomed})([...document.querySelectorAll('.hero img')])")
    first, second = (image.get_attribute("style") for image in page.locator(".hero img").all())
    assert first.split("transform")[1].split(";")[0] == second.split("transform")[1].split(";")[0]
    page.close()
