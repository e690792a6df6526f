"""A page for the tests of the scripts: clickable pictures, a map, a grid, results and settings, beside another page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError
from core.imaging import images
from core.web import components, handlers, hovering, sheets, theme

SIDE = 400  # pixels of the pictures
LARGE = {"width": 1200, "height": 900}


def points_of(subject: str, number: int) -> hovering.Points:
    """Return a point of group 0 and one of group 1 on the first picture, the pictures of which are gray and black."""
    if number or subject != "dots":
        raise UserError("No points.")
    shades = np.float32([0.5, 0])[:, None, None, None] * np.ones((2, 8, 8, 1), np.float32)
    return hovering.Points(np.float32([[0.2, 0.3], [0.8, 0.3]]), np.array([0, 1]), [shades, shades])


def place_of(click: gr.SelectData) -> str:
    return "{} {}".format(*click.index)


def launch(folder: Path) -> tuple[gr.Blocks, str]:
    """Serve the page, with its pictures in `folder`, and return it with its address."""
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
    return blocks, url


def open_page(browser: Any, address: str, viewport: dict[str, int] = LARGE) -> Any:
    """Open the page at a size of the window, with a finger instead of a pointer where it is not the large one."""
    page = browser.new_page(viewport=viewport, has_touch=viewport != LARGE, reduced_motion="reduce")
    page.goto(address)
    page.locator(".clickable .click-marker").first.wait_for()
    return page


def picture(page: Any, label: str) -> Any:
    """Return the picture with a label on an open page."""
    return page.get_by_role("button", name=f"{label}, {SIDE} × {SIDE} pixels")
