"""The tab that stylizes the frames of a camera."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.plugin import Plugin
from plugins.style_transfer.tabs import live
from tests.plugins.style_transfer.conftest import PHOTO


def test_a_frame_is_stylized_at_the_size_asked_for(plugin: Plugin) -> None:
    frame = live.stylize_frame(plugin, PHOTO.read_bytes(), "Gustav Klimt", 1.0, 128)
    assert frame.dtype == np.uint8
    assert max(frame.shape) == 128


@pytest.mark.browser
@pytest.mark.slow
def test_a_camera_s_frames_are_stylized_as_they_come(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page.goto(f"{app_address}/style_transfer?tab=live")
    page.get_by_text("Click to Access Webcam").locator("visible=true").click(timeout=60_000)
    page.get_by_text("Record", exact=True).locator("visible=true").click(timeout=30_000)
    page.get_by_text("frames in a second at most").wait_for(timeout=120_000)
    shown = page.locator("img[src^='data:image/jpeg']")
    first = shown.get_attribute("src")
    page.wait_for_function(
        "src => document.querySelector(\"img[src^='data:image/jpeg']\").src !== src", arg=first, timeout=60_000
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
