"""What the denoiser's page says of its result, and in a browser what starts a run, and with which settings."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.denoiser.interface import ALMOST_NO_NOISE, BY_HAND, LOSSY, TILE, _choose_level, denoise, strengths
from tests.plugins.denoiser.conftest import EXAMPLES


def describe(denoiser: Plugin, name: str, **options: object) -> str:
    result = finish(denoise(denoiser, str(EXAMPLES / name), **options))  # type: ignore[arg-type]
    assert result is not None
    return str(result[2])


def test_the_page_tells_what_to_do_where_almost_no_noise_was_found(denoiser: Plugin) -> None:
    assert ALMOST_NO_NOISE in describe(denoiser, "oakland-zoo-otters.jpg")


def test_the_page_does_not_tell_it_of_a_noisy_photo_or_a_level_set_by_hand(denoiser: Plugin) -> None:
    for options in ({"noise": 25}, {"method": BY_HAND, "sigma": 1}):
        findings = describe(denoiser, "oakland-zoo-otters.jpg", **options)
        assert ALMOST_NO_NOISE not in findings
        assert LOSSY in findings


class Visit:
    """A visit to the denoiser's page; `runs` has the settings of each run: added noise, estimate or not, σ, seed."""

    def __init__(self, page: Any) -> None:
        self.page, self.runs = page, list[list[Any]]()
        page.on("request", self._note)

    def _note(self, request: Any) -> None:
        if request.method == "POST" and request.url.split("?")[0].endswith("/queue/join"):
            values = json.loads(request.post_data)["data"]
            if len(values) == 9 and isinstance(values[2], dict | None):
                self.runs.append(values[3:])

    def wait(self, count: int = 1) -> list[list[Any]]:
        """Wait for the end of `count` runs, and return the settings of all runs since the last call."""
        if count:
            self.page.evaluate("document.querySelector('.status').textContent = ''")
            deadline = time.monotonic() + 60
            while len(self.runs) < count and time.monotonic() < deadline:
                self.page.wait_for_timeout(50)
            self.page.locator(".status").first.get_by_text("Done in").wait_for(timeout=60_000)
        self.page.wait_for_timeout(700)
        runs, self.runs = self.runs, []
        return runs


@pytest.fixture(scope="module")
def visit(browser: Any, app_address: str) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    visit = Visit(page)
    page.goto(f"{app_address}/denoiser")
    page.get_by_text("bundled weights").wait_for(state="attached", timeout=120_000)
    page.locator(".comparison:not(.empty)").wait_for(timeout=60_000)  # the stored result
    page.wait_for_timeout(1000)
    assert visit.runs == []
    yield visit
    page.close()


@pytest.mark.browser
def test_an_example_starts_one_run_and_its_noise_is_not_added_to_an_uploaded_photo(visit: Visit) -> None:
    visit.page.locator(".source .gallery-item").nth(1).click()
    ((added, *_),) = visit.wait()
    assert added == 25
    visit.page.locator("input[type=file]").first.set_input_files(EXAMPLES / "tea-gardens.jpg")
    ((added, *_),) = visit.wait()
    assert added == 0


@pytest.mark.browser
def test_a_slider_obeys_the_keyboard_and_a_number_is_what_was_typed(visit: Visit) -> None:
    page = visit.page
    page.get_by_label(BY_HAND).check()
    assert len(visit.wait()) == 1
    page.get_by_label("range slider for Noise level").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    ((_, _, sigma, *_),) = visit.wait()
    assert sigma > 2
    page.get_by_label("number input for Noise level").click()
    assert visit.wait(0) == []
    page.keyboard.press("Control+a")
    page.keyboard.type("17.5")
    page.keyboard.press("Enter")
    assert visit.wait() == [[0, BY_HAND, 17.5, 1, 0, 0]]
    page.keyboard.type("1")  # 17.51
    assert len(visit.wait()) == 1
    assert page.get_by_label("number input for Noise level").input_value() == "17.51"


@pytest.mark.browser
def test_a_number_out_of_range_becomes_the_nearest_limit(visit: Visit) -> None:
    number = visit.page.get_by_label("number input for Noise level")
    number.fill("400")
    assert visit.wait(0) == []
    number.press("Enter")
    assert visit.wait() == [[0, BY_HAND, 75, 1, 0, 0]]
    assert number.input_value() == "75"


@pytest.mark.browser
def test_stop_leaves_a_button_to_run_again(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Stop", exact=True).first.click()
    visit.page.get_by_text("Stopped.").wait_for()
    visit.page.get_by_role("button", name="Run", exact=True).first.click()
    assert len(visit.wait()) == 1


@pytest.mark.browser
def test_a_removed_photo_takes_its_result_with_it(visit: Visit) -> None:
    assert visit.page.locator(".comparison:not(.empty)").count() == 1
    visit.page.get_by_label("Remove Image").first.click()
    visit.page.get_by_text("There is no photo yet").wait_for()
    visit.page.locator(".comparison.empty").first.wait_for(timeout=10_000)
    assert visit.page.get_by_text("Download PNG").is_disabled()


def test_five_levels_stand_side_by_side_and_a_click_chooses_one(denoiser: Plugin) -> None:
    path, note, (width, levels) = finish(strengths(denoiser, str(EXAMPLES / "oakland-zoo-otters.jpg"), noise=25))
    assert images.load(path).shape == (TILE, 5 * TILE, 3)
    assert levels[2] == pytest.approx(25, abs=3)
    assert " · ".join(map(str, levels)) in note
    click = SimpleNamespace(index=(int(3.5 * width), 10))
    assert _choose_level((width, levels), 1, click) == (BY_HAND, levels[3], 2)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="no longer knows these noise levels"):  # of a session that was dropped
        _choose_level((TILE, []), 1, click)  # type: ignore[arg-type]
