"""The tab of iterative style transfer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from core.web.output_files import FILE_FORMATS, convert
from plugins.style_transfer.tabs import optimize
from tests.plugins.style_transfer.conftest import PAINTING, PHOTO


def test_a_missing_painting_is_asked_for(plugin: Plugin) -> None:
    with pytest.raises(UserError, match="There is no painting yet"):
        finish(optimize.optimize(plugin, str(PHOTO), None))


@pytest.mark.slow
def test_the_page_continues_from_an_earlier_result(plugin: Plugin) -> None:
    run = partial(optimize.optimize, plugin, str(PHOTO), str(PAINTING), size=64, steps=3)
    path, curves, _, first = finish(run())
    assert path == first.image
    assert 'points=""' not in curves
    *_, anew = finish(run(latest=first))
    assert len(anew.losses["style"]) == 3
    *_, further = finish(run(initial=first.image, latest=first))
    assert len(first.losses["style"]) == 3
    assert further.losses["style"][:3] == first.losses["style"]
    assert len(further.losses["style"]) == 6
    *_, stored = finish(run(initial=first.image))  # of a first result, only the image is stored
    assert stored.losses["style"] == further.losses["style"][3:]


def test_a_result_keeps_the_exif_data_of_the_photo(plugin: Plugin, tmp_path: Path) -> None:
    exif = pillow.Exif()
    exif[0x0110] = "a camera"
    images.save(images.load(PHOTO), tmp_path / "beach.jpg", exif=exif.tobytes())
    path, *_ = finish(optimize.optimize(plugin, str(tmp_path / "beach.jpg"), str(PAINTING), size=64, steps=1))
    for file_format in FILE_FORMATS:
        converted = convert(path, file_format)
        assert Path(converted).stem == "beach_stylized"
        assert pillow.open(converted).getexif()[0x0110] == "a camera"


@pytest.mark.browser
def test_optimization_streams_pauses_and_continues_in_the_browser(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/style_transfer")
    page.get_by_role("tab", name="Optimize (Gatys)").click()
    random, shown = Random(0), page.locator(".stage .filling img:visible").first
    for names in (("Start",), ("Continue", "Start")):
        for name in names:
            page.get_by_role("button", name=name, exact=True).click()
            page.wait_for_timeout(random.uniform(0, 700))
        shown.wait_for(timeout=120_000)
        page.get_by_role("button", name="Pause").click()
        page.get_by_text("Stopped.").locator("visible=true").first.wait_for(timeout=60_000)
        page.wait_for_timeout(1000)
        kept = shown.get_attribute("src")
        page.wait_for_timeout(2000)
        assert shown.get_attribute("src") == kept
    page.close()
