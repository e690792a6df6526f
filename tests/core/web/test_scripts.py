"""The scripts of pages, in a browser: clickable pictures, tabs, the menu, results and sheets on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.web import components, handlers, hovering, sheets, theme

SIDE = 400  # pixels of the pictures
PHONE = {"width": 390, "height": 700}


def points_of(subject: str, number: int) -> hovering.Points:
    """Return a point of group 0 and one of group 1 on the first picture, the pictures of which are gray and black."""
    if number or subject != "dots":
        raise UserError("No points.")
    shades = np.float32([0.5, 0])[:, None, None, None] * np.ones((2, 8, 8, 1), np.float32)
    return hovering.Points(np.float32([[0.2, 0.3], [0.8, 0.3]]), np.array([0, 1]), [shades, shades])


def place_of(click: gr.SelectData) -> str:
    return "{} {}".format(*click.index)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with two tabs, beside another page."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, shade in {"gray": 0.5, "again": 0.6}.items():
        images.save(np.full((SIDE, SIDE, 3), shade, np.float32), folder / f"{name}.png")
    images.save(sheets.label_rows(np.zeros((168, 12 * 84, 3), np.float32), ["label", "other"]), folder / "sheet.png")
    with gr.Blocks() as blocks, gr.Tabs():
        with gr.Tab("Map"), components.workbench():
            with components.column("source"):
                run = gr.Button("Run")
                limits = f"{components.CROPPABLE} automatic-100-above-0_2-tested-0_1"
                components.picture_input("A photo", first=folder / "gray.png", classes=limits)
                photo = components.picture_input("Your photo")
                gr.HTML('<div style="height: 900px"></div>')
            with components.column("stage"):
                plane = components.clickable_picture("The plane")
                clicked = gr.Textbox(label="Clicked")
                status = gr.HTML(handlers.status("Press Run."))
                gr.HTML('<div style="height: 900px"></div>')
                below = components.captioned_image("Below", components.CLICKABLE)
            with components.column("settings"):
                for name in (components.PLACE_X, components.PLACE_Y):
                    gr.Slider(0, 10, 5, step=0.1, label=name, elem_classes=name, interactive=True)
                gr.Checkbox(label="Test mode", elem_classes="crop-test")
                groups = gr.CheckboxGroup([("first", 0), ("second", 1)], value=[0, 1], label="Groups")
                part, redraw = gr.Textbox(label="Part"), gr.Button("Draw it again")
                state = gr.Textbox("dots", visible=False), groups, part
                hovering.show_near_pointer([plane], points_of, state, ["Before", "After"])
                with gr.Accordion("Apart"):
                    start_apart, apart = gr.Button("Start apart"), gr.HTML(handlers.status("Press Start apart."))
                    of_apart = components.captioned_image("Its result")
        with gr.Tab("Grid"), components.workbench(), components.column("stage"):
            grid = components.captioned_image("**A grid**", f"{components.grid_classes(4, 2)} {components.FILLING}")
            chosen = gr.Textbox(label="Chosen")
            sheet = components.captioned_image("A sheet", components.SHEET)
            sheet.label = "A sheet\nune étiquette\n"  # as `sheets.with_labels` has it
        plane.select(place_of, None, clicked)
        grid.select(place_of, None, chosen)
        photo.change(lambda: None)
        below.select(lambda: handlers.status("Done again."), None, status)
        run.click(lambda: handlers.status("Done."), None, status)
        start_apart.click(lambda: handlers.status("Done apart."), None, apart)
        redraw.click(lambda: str(folder / "again.png"), None, plane)
        gray, strip = (str(folder / f"{name}.png") for name in ("gray", "sheet"))
        blocks.load(lambda: [gray, gray, strip, gray, gray], None, [plane, grid, sheet, below, of_apart])
    with blocks.route("Other", "other"):
        gr.Markdown("# Another page")
    look = {"css": theme.load_css([]), "head": theme.load_head(), "js": theme.load_scripts()}
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, allowed_paths=[str(folder)], **look)
    yield url
    blocks.close()


def open_page(browser: Any, address: str, **viewport: int) -> Any:
    page = browser.new_page(
        viewport=viewport or {"width": 1200, "height": 900}, has_touch=bool(viewport), reduced_motion="reduce"
    )
    page.goto(address)
    page.locator(".clickable .click-marker").first.wait_for()
    return page


@pytest.fixture(scope="module")
def desktop(browser: Any, address: str) -> Iterator[Any]:
    page = open_page(browser, address)
    yield page
    page.close()


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Any]:
    page = open_page(browser, address, **PHONE)
    yield page
    page.close()


def picture(page: Any, label: str) -> Any:
    return page.get_by_role("button", name=f"{label}, {SIDE} × {SIDE} pixels")


def wait_for_value(page: Any, label: str, expected: tuple[int, int]) -> None:
    """Wait until the text box `label` holds a position within two pixels of `expected`."""
    page.wait_for_function(
        "([box, wanted]) => { const at = box.value.split(' ').map(Number);"
        " return at.length === 2 && wanted.every((each, i) => Math.abs(each - at[i]) <= 2); }",
        arg=[page.get_by_label(label).element_handle(), expected],
    )


@pytest.mark.browser
def test_arrow_keys_click_on_a_draggable_picture(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator(".place-x input[type=number]").fill("5")
    plane = picture(desktop, "The plane")
    plane.press("ArrowRight")
    wait_for_value(desktop, "Clicked", (int(0.52 * SIDE), SIDE // 2))
    plane.press("ArrowUp")
    wait_for_value(desktop, "Clicked", (int(0.52 * SIDE), int(0.48 * SIDE)))


@pytest.mark.browser
def test_arrow_keys_move_among_the_cells_of_a_grid_and_enter_chooses(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Grid").click()
    grid = picture(desktop, "A grid")
    for key in ("ArrowLeft", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"):  # the first shows the first cell
        grid.press(key)
    wait_for_value(desktop, "Chosen", (SIDE * 3 // 8, SIDE * 3 // 4))
    image = grid.locator("img").bounding_box()
    ring = grid.locator(".click-marker").bounding_box()
    assert image["width"] > image["height"] + 100  # it leaves margins beside the picture
    x = ring["x"] + ring["width"] / 2 - (image["x"] + image["width"] / 2 - image["height"] / 2)
    assert x / image["height"] == pytest.approx(3 / 8, abs=0.01)
    center = image["x"] + image["width"] / 2, image["y"] + image["height"] / 2
    desktop.mouse.click(center[0] - 0.4 * image["height"], center[1] + 0.3 * image["height"])  # it is enlarged
    wait_for_value(desktop, "Chosen", (SIDE // 10, SIDE * 8 // 10))
    desktop.mouse.click(image["x"] + 20, center[1])  # beside the picture
    assert grid.locator(".click-marker").bounding_box()["x"] > image["x"] + 20


@pytest.mark.browser
def test_sliders_move_the_ring(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator(".place-x input[type=number]").fill("2.5")
    desktop.wait_for_timeout(1000)  # the answer to a click is ignored so long
    desktop.locator(".place-y input[type=number]").fill("7.5")
    desktop.wait_for_function("document.querySelector('.click-marker').style.top === '75%'")
    assert desktop.locator(".click-marker").first.evaluate("ring => ring.style.left") == "25%"


def hover(page: Any, x: float, y: float) -> Any:
    """Move the pointer to a place of the plane, in fractions, and return what is shown beside it."""
    box = page.locator(".clickable img").first.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    return page.locator(".point-preview:popover-open canvas")


@pytest.mark.browser
def test_near_a_point_its_pictures_are_shown_unless_its_group_is_hidden(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator(".clickable img").first.scroll_into_view_if_needed()
    with desktop.expect_response(lambda answer: "component_server" in answer.url):
        assert hover(desktop, 0.2, 0.31).count() == 0  # they are fetched now
    for moved in range(100):
        if (shown := hover(desktop, 0.2 + moved % 2 / 100, 0.31)).count():
            break
    assert shown.count() == 2
    assert abs(shown.last.evaluate("c => c.getContext('2d').getImageData(4, 4, 1, 1).data[0]") - 128) < 6
    assert desktop.locator(".point-preview").inner_text().split() == ["Before", "After"]
    assert hover(desktop, 0.5, 0.3).count() == 0

    desktop.get_by_label("first").uncheck()
    desktop.get_by_label("Part").fill("50 0 50")
    desktop.get_by_role("button", name="Draw it again").click()
    desktop.wait_for_function("document.querySelector('.clickable img').src.endsWith('again.png')")
    desktop.locator(".clickable img").first.scroll_into_view_if_needed()
    shown = hover(desktop, 0.6, 0.6)  # where the second point is now
    assert shown.first.evaluate("c => c.getContext('2d').getImageData(4, 4, 1, 1).data[0]") < 6
    desktop.keyboard.press("Escape")
    assert shown.count() == 0
    assert hover(desktop, 0.2, 0.3).count() == 0


@pytest.mark.browser
def test_in_another_language_the_labels_of_rows_lie_over_those_of_the_picture(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Grid").click()
    sheet = desktop.locator(".sheet img")
    desktop.wait_for_function("document.querySelector('.sheet img')?.alt")
    assert sheet.get_attribute("alt") == f"A sheet; une étiquette, {12 * 84 + sheets.LABEL_WIDTH} × 168 pixels"
    assert desktop.locator(".row-labels").count() == 0
    desktop.evaluate("() => { window.language = 'fr'; }")
    sheet.dispatch_event("load")
    desktop.evaluate("() => { delete window.language; }")
    assert desktop.locator(".row-labels span").all_inner_texts() == ["une étiquette", ""]
    labels, box = desktop.locator(".row-labels").bounding_box(), sheet.bounding_box()
    assert labels["x"] == pytest.approx(box["x"], abs=1)
    assert labels["height"] == pytest.approx(box["height"], abs=1)
    assert labels["width"] / box["width"] == pytest.approx(
        sheets.LABEL_WIDTH / (12 * 84 + sheets.LABEL_WIDTH), abs=0.01
    )


@pytest.mark.browser
def test_a_frame_shows_the_crop_of_a_photo_that_is_too_large_for_test_mode(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    frame = desktop.locator(".crop-frame")
    assert not frame.is_visible()
    desktop.get_by_label("Test mode").check()
    frame.wait_for()
    desktop.get_by_label("Test mode").uncheck()
    frame.wait_for(state="hidden")


@pytest.mark.browser
def test_arrow_keys_move_between_tabs_of_which_one_is_in_the_order_of_focus(desktop: Any) -> None:
    first, last = (desktop.get_by_role("tab", name=name) for name in ("Map", "Grid"))
    first.click()
    for key, expected in {"ArrowRight": last, "ArrowLeft": first, "End": last, "Home": first}.items():
        desktop.keyboard.press(key)
        assert expected.evaluate("tab => tab === document.activeElement && tab.ariaSelected") == "true"
    desktop.wait_for_function("document.querySelectorAll('[role=tab][tabindex=\"0\"]').length === 1")
    panel = desktop.get_by_role("tabpanel", name="Map")
    assert first.get_attribute("aria-controls") == panel.get_attribute("id")


@pytest.mark.browser
def test_whatever_has_the_focus_shows_it(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator("nav a").first.focus()
    seen, hidden = set(), []
    for _ in range(25):
        desktop.keyboard.press("Tab")
        kind, style = desktop.evaluate(
            "() => { const at = document.activeElement; const shown = at.matches('[type=radio], [type=checkbox]')"
            " ? at.closest('label') : at; return [at.outerHTML.slice(0, 80), getComputedStyle(shown).outlineStyle]; }"
        )
        seen.add(kind)
        hidden += [kind] if style == "none" and "<body" not in kind else []
    assert len(seen) > 8
    assert not hidden


@pytest.mark.browser
def test_a_file_that_the_browser_cannot_show_is_no_broken_picture(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"x"})
    frame = desktop.locator(".image-frame[data-note]")
    frame.wait_for()
    assert "cannot show" in frame.get_attribute("data-note")
    assert not frame.locator("img").is_visible()


@pytest.mark.browser
def test_on_a_phone_the_pages_are_in_a_menu_of_one_line(phone: Any) -> None:
    menu, link = phone.get_by_role("button", name="Menu"), phone.get_by_role("link", name="Other")
    assert phone.locator(".nav-holder").bounding_box()["height"] < 64
    assert not link.is_visible()
    menu.click()
    assert link.is_visible()
    phone.keyboard.press("Escape")
    assert (link.is_visible(), menu.get_attribute("aria-expanded")) == (False, "false")


@pytest.mark.browser
def test_on_a_phone_the_result_is_scrolled_into_view_once(phone: Any) -> None:
    stage = phone.locator(".stage:visible")
    assert stage.bounding_box()["y"] > PHONE["height"]
    phone.get_by_role("button", name="Run").click()
    phone.wait_for_function("document.querySelector('.stage').getBoundingClientRect().top < 100")
    phone.evaluate("scrollTo(0, 0)")
    phone.evaluate("document.querySelector('.status').textContent = 'Done by itself.'")
    phone.wait_for_timeout(300)
    assert phone.evaluate("scrollY") == 0


@pytest.mark.browser
def test_on_a_phone_a_click_on_another_picture_of_the_stage_shows_the_result(phone: Any) -> None:
    below, stage = picture(phone, "Below"), phone.locator(".stage:visible")
    below.scroll_into_view_if_needed()
    assert stage.bounding_box()["y"] < -PHONE["height"] / 2
    below.click()
    phone.wait_for_function("Math.abs(document.querySelector('.stage').getBoundingClientRect().top) < 2")
    picture(phone, "The plane").click()  # which is in sight
    phone.get_by_label("Clicked").wait_for()
    assert abs(stage.bounding_box()["y"]) < 2


@pytest.mark.browser
def test_on_a_phone_a_run_of_a_folded_part_shows_its_own_result(phone: Any) -> None:
    button, result = phone.get_by_role("button", name="Start apart"), picture(phone, "Its result")
    button.scroll_into_view_if_needed()
    scrolled = phone.evaluate("scrollY")
    button.click()
    phone.get_by_text("Done apart.").wait_for()
    phone.wait_for_timeout(300)
    assert phone.evaluate("scrollY") >= scrolled
    assert result.bounding_box()["y"] < PHONE["height"]


@pytest.mark.browser
def test_a_finger_drags_on_the_plane_in_all_directions(phone: Any) -> None:
    plane = picture(phone, "The plane")
    plane.scroll_into_view_if_needed()
    box, scrolled = plane.bounding_box(), phone.evaluate("scrollY")
    touch = phone.context.new_cdp_session(phone)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for i in range(1, 11):
        point = {"x": x, "y": y + i * box["height"] * 0.06}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        phone.wait_for_timeout(60)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    top = float(phone.locator(".click-marker").first.evaluate("ring => ring.style.top").removesuffix("%"))
    assert 60 < top < 90
    assert phone.evaluate("scrollY") == scrolled


@pytest.mark.browser
def test_on_a_phone_the_labels_of_a_sheet_are_readable(phone: Any) -> None:
    phone.get_by_role("tab", name="Grid").click()
    sheet = phone.locator(".sheet img")
    phone.wait_for_function("document.querySelector('.sheet img')?.style.minWidth")
    shown, natural = sheet.evaluate("image => [image.clientWidth, image.naturalWidth]")
    assert shown / natural * sheets.LABEL_SIZE >= 12
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert sheet.evaluate("image => image.getBoundingClientRect().left") >= 0
