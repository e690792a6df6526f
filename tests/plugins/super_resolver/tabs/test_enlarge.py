"""The tab Enlarge: test mode, crops, wrong settings, and in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.super_resolver import gallery
from plugins.super_resolver.tabs import cropping, enlarge, quality, whole_photo


@pytest.mark.parametrize(("scale", "input_quality"), [(4, "clean"), (3, quality.DAMAGED)])
def test_test_mode_scores_against_the_original(plugin: Plugin, scale: int, input_quality: str) -> None:
    sample = str(next(gallery.EXAMPLES.glob("oakland*")))
    (before, after), words, given, errors, _ = finish(enlarge.upscale(plugin, sample, scale, input_quality, True))
    height, width = 256 // scale, 384 // scale
    assert images.load(before).shape == images.load(after).shape == (height * scale, width * scale, 3)
    assert f"{width} × {height} → {width * scale} × {height * scale}" in words
    assert words.count(" dB") == 2
    assert images.load(given.value["path"]).shape == images.load(errors.value["path"]).shape
    assert errors.visible


def test_wrong_settings_are_refused_with_a_sentence(plugin: Plugin, tmp_path: Path) -> None:
    small, photo = tmp_path / "small.png", str(gallery.PHOTOS[0])
    images.save(np.zeros((40, 40, 3), np.float32), small)
    for arguments, words in [
        ((str(small), 4, "clean", True), "40 × 40 pixels are too few"),
        ((photo, 5), "The scale is 5: use 2, 3, 4"),
        ((photo, 4, "bad"), "The input quality is 'bad'"),
        ((photo, 4, "clean", False, -1), "The crop is -1 pixels"),
        ((photo, 4, "clean", False, 128, 130), "at 130 %"),
    ]:
        with pytest.raises(UserError, match=words):
            finish(enlarge.upscale(plugin, *arguments))


@pytest.mark.slow
def test_a_large_photo_is_cropped(plugin: Plugin, tmp_path: Path) -> None:
    large = np.zeros((1200, 1300, 3), np.float32)
    large[:100, 1200:] = 1
    images.save(large, tmp_path / "large.png")
    (_, after), words, *_ = finish(enlarge.upscale(plugin, str(tmp_path / "large.png"), 4, x=100, y=0))
    assert "The whole photo (1300 × 1200 pixels) is too large to upscale 4 times" in words
    assert "512 × 512 → 2048 × 2048" in words
    assert images.load(after)[200, -200].min() > 0.9
    with pytest.raises(UserError, match="too large to upscale here: use 512"):
        finish(enlarge.upscale(plugin, str(tmp_path / "large.png"), 4, crop=1200))


def test_the_input_quality_is_measured_and_said(plugin: Plugin, tmp_path: Path) -> None:
    photo = pillow.open(gallery.PHOTOS[0]).convert("RGB").crop((0, 0, 128, 128))
    photo.save(tmp_path / "web.jpg", quality=60)
    photo.save(tmp_path / "clean.png")
    for name, words in (("web.jpg", "JPEG blocks found"), ("clean.png", "neither JPEG blocks nor noise")):
        _, findings, *_ = finish(enlarge.upscale(plugin, str(tmp_path / name), 2))
        assert words in findings


def test_the_whole_photo_is_upscaled_up_to_a_limit(plugin: Plugin, tmp_path: Path, monkeypatch: Any) -> None:
    images.save(np.zeros((60, 90, 3), np.float32), tmp_path / "a.png")
    whole = str(tmp_path / "a.png"), 2
    assert images.load(finish(whole_photo.upscale_whole(plugin, *whole))).shape == (120, 180, 3)
    monkeypatch.setattr(whole_photo, "MAX_OUTPUT", 0.02)
    with pytest.raises(UserError, match="choose a smaller scale"):
        finish(whole_photo.upscale_whole(plugin, *whole))


def test_a_click_chooses_the_crop() -> None:
    click = gr.SelectData(None, {"index": [96, 64], "value": None})
    assert cropping.crop_at(str(gallery.PHOTOS[0]), 0, 0, click) == (128, 25, 25, 1)
    assert cropping.crop_at(str(gallery.PHOTOS[0]), 512, 3, click) == (512, 25, 25, 4)


def box_at_rest(page: Any, element: Any) -> dict[str, float]:
    """Return where an element is, once two looks half a second apart agree: a result that arrives moves it."""
    box: dict[str, float] = {}
    while (found := element.bounding_box()) != box:
        box = found
        page.wait_for_timeout(500)
    return box


@pytest.mark.browser
def test_a_visitor_enlarges_a_photo_and_clicks_for_a_crop(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/super_resolver")
    page.locator(".source img").nth(2).click()
    page.get_by_text("384 × 256 → 1536 × 1024").wait_for(timeout=120_000)
    page.locator(".source img").first.click(position={"x": 80, "y": 60})
    page.get_by_text("128 × 128 → 512 × 512").wait_for(timeout=60_000)
    assert page.get_by_label("128 px").is_checked()
    page.locator(".source img").first.scroll_into_view_if_needed()
    box = box_at_rest(page, page.locator(".source img").first)
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"])  # outside the frame
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"], steps=5)
    page.mouse.up()
    page.get_by_text("256 × 256 → 1024 × 1024").wait_for(timeout=60_000)
    page.locator(".source img").first.scroll_into_view_if_needed()
    box = box_at_rest(page, page.locator(".source img").first)
    frame = page.locator(".crop-frame").bounding_box()
    assert frame["x"] + frame["width"] / 2 == pytest.approx(box["x"] + 0.6 * box["width"], abs=4)
    page.get_by_label("128 px").click()
    page.get_by_text("128 × 128 → 512 × 512").wait_for(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_text("Download PNG").click()
    assert download.value.suggested_filename == "oakland-zoo-otters_x4.png"
    assert images.load(download.value.path().read_bytes()).shape == (512, 512, 3)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_the_whole_photo_is_enlarged_in_the_background_while_the_page_goes_on(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{app_address}/super_resolver?scale=2")
    page.get_by_text("384 × 256 → 768 × 512").wait_for(timeout=120_000)
    page.get_by_role("button", name=whole_photo.LABEL).click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.get_by_label("128 px").click()
    page.get_by_text("128 × 128 → 256 × 256").wait_for(timeout=60_000)
    page.get_by_text("Done: the file is ready.").wait_for(timeout=120_000)
    with page.expect_download() as download:
        page.get_by_text("Download", exact=True).click()
    assert images.load(download.value.path().read_bytes()).shape == (512, 768, 3)
    page.close()
