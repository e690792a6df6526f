"""The page of the GAN generator in a browser, and its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import gradio_client
import pytest

from core.imaging import images


def download(page: Any, shown: Any) -> bytes:
    body: bytes = page.request.get(shown.get_attribute("src")).body()
    return body


def wait_for_stored_grid(page: Any) -> Any:
    """Return the grid of images that the page opens with, once it is loaded and described."""
    page.get_by_text("Image 442 (").wait_for(timeout=120_000)
    page.wait_for_function("document.querySelector('.stage .clickable img')?.naturalWidth > 0")
    page.wait_for_timeout(500)  # the page below moves as it loads
    return page.locator(".stage .clickable img").first


@pytest.mark.browser
def test_a_seed_generates_the_same_image_twice(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/gan_generator")
    shown = wait_for_stored_grid(page)
    seed, generated = page.get_by_label("Seed").locator("visible=true").first, []
    for number in ("5", "6", "5"):
        before = shown.get_attribute("src")
        seed.fill(number)
        seed.press("Tab")
        page.wait_for_function(
            "src => document.querySelector('.stage .clickable img').src !== src", arg=before, timeout=30_000
        )
        generated.append(download(page, shown))
    assert generated[0] == generated[2] != generated[1]
    page.close()


@pytest.mark.browser
def test_a_click_on_an_image_describes_it(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/gan_generator")
    grid_of_36 = wait_for_stored_grid(page)
    box = grid_of_36.bounding_box()
    grid_of_36.click(position={"x": box["width"] * 0.95, "y": box["height"] * 0.97})
    page.get_by_text("Image 458 (").wait_for(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


STEPS_SEEN = """() => {
  window.steps = [];
  let last = 0;
  new MutationObserver(() => {
    const shown = document.body.innerText.match(/Step ([\\d,]+)\\./);
    const step = shown ? +shown[1].replace(",", "") : 0;
    if (step !== last) window.steps.push((last = step));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def lab_page(browser: Any, app_address: str) -> Iterator[Any]:
    """A page with the tab Lab, after the first step of a training; `steps` are the step numbers that it showed."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/gan_generator")
    page.get_by_role("tab", name="Lab", exact=True).click()
    page.get_by_text("8 of 8 modes").wait_for(timeout=120_000)  # the stored first result
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_text("Step 50.").wait_for(timeout=120_000)
    page.get_by_text("Done in").locator("visible=true").wait_for(timeout=60_000)
    page.evaluate(STEPS_SEEN)
    yield page
    page.close()


def press(page: Any, names: Sequence[str], seed: int) -> None:
    """Press buttons and choose options at random times, and forget the steps shown before the last press."""
    random = Random(seed)
    for name in names:
        page.wait_for_timeout(random.uniform(0, 500))
        named = page.get_by_role("radio" if name[0].islower() or name == "Hinge" else "button", name=name, exact=True)
        page.evaluate("window.steps = []")
        named.locator("visible=true").first.click()


def wait_until(page: Any, condition: Callable[[], Any]) -> None:
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("not within ten seconds")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("names", "seed"),
    [
        (("Play", "Hinge", "grid", "spiral", "Pause"), 0),
        *(
            pytest.param(names, seed, marks=pytest.mark.slow)
            for names in [("Play", "Play", "Pause"), ("Play", "Mode collapse", "Pause")]
            for seed in (0, 1)
        ),
    ],
)
def test_pause_stops_the_lab_whatever_was_pressed_before(lab_page: Any, names: Sequence[str], seed: int) -> None:
    press(lab_page, names, seed)
    lab_page.get_by_text("Stopped.").locator("visible=true").wait_for(timeout=60_000)
    lab_page.wait_for_timeout(500)
    lab_page.evaluate("window.steps = []")
    lab_page.wait_for_timeout(1500)
    assert lab_page.evaluate("window.steps") == []


@pytest.mark.browser
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "names", [("Play", "Mode collapse", "Reset"), pytest.param(("Play", "Reset"), marks=pytest.mark.slow)]
)
def test_reset_begins_at_the_first_step_and_stays_there(lab_page: Any, names: Sequence[str], seed: int) -> None:
    press(lab_page, names, seed)
    lab_page.get_by_text("Step 50.").wait_for(timeout=60_000)
    lab_page.get_by_text("Done in").locator("visible=true").wait_for(timeout=60_000)
    lab_page.wait_for_timeout(1500)
    assert lab_page.get_by_text("Step 50.").is_visible()


@pytest.mark.browser
def test_a_run_whose_request_comes_late_is_no_second_run(lab_page: Any) -> None:
    joins: list[int] = []  # numbers of the functions that the page calls: a press takes a number, then comes the run
    held: list[Any] = []

    def hold_first_run(route: Any) -> None:
        joins.append(route.request.post_data_json["fn_index"])
        if len(joins) == 4:
            held.append(route)
        else:
            route.continue_()

    lab_page.route("**/queue/join*", hold_first_run)
    for name, calls in (("Reset", 2), ("Mode collapse", 4), ("Reset", 5)):
        press(lab_page, (name,), 3)
        wait_until(lab_page, lambda calls=calls: len(joins) == calls)
    lab_page.wait_for_timeout(500)
    held[0].continue_()
    wait_until(lab_page, lambda: len(joins) == 6)
    lab_page.wait_for_timeout(3000)
    lab_page.unroute("**/queue/join*")
    assert joins[3] == joins[5] == joins[1]
    assert lab_page.get_by_text("Step 50.").is_visible()


@pytest.mark.browser
@pytest.mark.slow
def test_the_lab_has_one_run_however_often_a_knob_is_turned(lab_page: Any) -> None:
    press(lab_page, ("Play", "Hinge", "grid", "spiral"), 2)
    lab_page.wait_for_function("() => window.steps.length >= 6", timeout=60_000)
    steps = lab_page.evaluate("window.steps")
    assert steps == sorted(steps)
    press(lab_page, ("Pause", "Step"), 2)
    lab_page.get_by_text("Done in").locator("visible=true").wait_for(timeout=60_000)


@pytest.mark.browser
def test_a_class_of_either_data_set_is_generated_over_the_api(app_address: str) -> None:
    client = gradio_client.Client(app_address, verbose=False)
    for subject, class_name in (("digits", "7"), ("cats", "typewriter")):
        grid = client.predict(subject, class_name, "16", 3, 1.0, api_name="/gan_generator_generate")
        assert images.load(grid).std() > 0.05
    with pytest.raises(Exception, match="The class is '7'"):
        client.predict("cats", "7", "16", 3, 1.0, api_name="/gan_generator_generate")


@pytest.mark.browser
@pytest.mark.slow
def test_the_game_is_played_with_the_keyboard(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/gan_generator?tab=which-is-real&number=5")
    page.get_by_text("Which one did the artist draw?").wait_for(timeout=60_000)
    for pairs in ("After 1 pair:", "After 2 pairs:"):
        page.get_by_role("button", name="The left one").press("Enter")
        page.get_by_text(pairs).wait_for(timeout=30_000)
        page.get_by_role("button", name="Next pair").press("Enter")
        page.get_by_text("one is real. The discriminator").wait_for(state="hidden", timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
def test_on_a_phone_the_edited_cat_stays_in_sight_above_the_controls(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/gan_generator?tab=edit")
    page.get_by_text("This cat − sly eyes").wait_for(timeout=60_000)
    page.get_by_label("Mouth", exact=True).scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.edit-pictures').getBoundingClientRect().top >= 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
def test_a_cat_is_edited_over_the_api(app_address: str) -> None:
    client = gradio_client.Client(app_address, verbose=False)
    before, after, words = client.predict(seed=442, accessory="black hat", api_name="/gan_generator_edit_cat")
    assert words == "**This cat − red hat + black hat**"
    assert abs(images.load(after) - images.load(before)).mean() > 0.01


@pytest.mark.browser
def test_a_link_holds_the_points_that_a_visitor_has_set(lab_page: Any, app_address: str) -> None:
    lab_page.goto(f"{app_address}/gan_generator?tab=lab&distribution=your+clicks&clicked=30.0+30.0,+70.0+70.0")
    lab_page.get_by_text("of 2 modes").wait_for(timeout=60_000)
