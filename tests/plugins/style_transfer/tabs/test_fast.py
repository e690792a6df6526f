"""The tab of feed-forward style transfer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio_client
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.style_transfer import gallery
from plugins.style_transfer.tabs import fast
from tests.plugins.style_transfer.conftest import PAINTING, PHOTO


def test_the_page_stylizes_and_says_what_it_cost(plugin: Plugin) -> None:
    (before, after), scores, _ = finish(fast.stylize(plugin, str(PHOTO), str(PAINTING)))
    assert images.load(before).shape == images.load(after).shape
    assert "Style loss" in scores
    for pictures in ((None, str(PAINTING)), (str(PHOTO), None)):
        with pytest.raises(UserError, match="There is no"):
            finish(fast.stylize(plugin, *pictures))


@pytest.mark.slow
def test_a_photo_is_stylized_after_each_painting_and_a_click_chooses_one(plugin: Plugin) -> None:
    (sheet,) = finish(fast.stylize_with_each(plugin, str(PHOTO)))
    tiles = images.load(sheet)
    assert tiles.shape == (2 * fast.TILE, 4 * fast.TILE, 3)
    assert np.abs(tiles[:, : fast.TILE] - tiles[:, fast.TILE : 2 * fast.TILE]).mean() > 0.02
    click = SimpleNamespace(index=(3.5 * fast.TILE, 1.5 * fast.TILE))
    assert fast._choose_painting(click) == (str(gallery.find_painting("Kano Sansetsu")),)  # type: ignore[arg-type]


def test_the_style_applies_where_the_mask_is_white(plugin: Plugin, tmp_path: Path) -> None:
    photo = images.load(PHOTO)
    mask = np.zeros((64, 64, 3), np.float32)
    mask[:, 32:] = 1
    images.save(mask, tmp_path / "mask.png")
    (_, after), scores, _ = finish(fast.stylize(plugin, str(PHOTO), str(PAINTING), mask=str(tmp_path / "mask.png")))
    changed = np.abs(images.load(after) - photo).mean((0, 2))
    assert scores == ""
    assert changed[: len(changed) // 3].max() < 0.01 < changed[-len(changed) // 3 :].mean()


@pytest.mark.browser
@pytest.mark.slow
def test_a_photo_is_stylized_in_the_browser(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/style_transfer")
    page.locator(".comparison:not(.empty)").first.wait_for(timeout=120_000)  # the stored result
    page.get_by_role("button", name="Run", exact=True).first.click()
    page.get_by_text("Done in").first.wait_for(timeout=120_000)
    page.get_by_text("Style loss").locator("visible=true").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
def test_styles_are_mixed_over_the_api(app_address: str) -> None:
    client = gradio_client.Client(app_address, verbose=False)
    files = [gradio_client.handle_file(str(path)) for path in (PHOTO, PAINTING)]
    settings = (0.8, "photo (matched)", ["Gustav Klimt"])
    _, after, _ = client.predict(*files, *settings, "2 1", api_name="/style_transfer_stylize")
    assert images.load(after).shape == images.load(PHOTO).shape
    with pytest.raises(Exception, match="give 2 numbers"):
        client.predict(*files, *settings, "2", api_name="/style_transfer_stylize")
