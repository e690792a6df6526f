"""First results of pages: every bundled tab opens with one that fits, and others are computed when a tab is opened."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import first_results as storage
from core import registry, verbs
from core.cli import parser
from core.engine import LocalEngine
from core.plugin import Plugin
from core.registry import Record
from core.web import first_results

BUNDLED = [record for record in registry.discover().values() if record.folder.parent == registry.BUNDLED]
MAX_BYTES = 2_500_000  # of the first results of all plugins
INTERFACE = """
import gradio as gr
import numpy as np
from core.web import pages

def paint(plugin, level=0.5):
    return pages.write_png(np.full((4, 6, 3), level, np.float32), "gray"), f"Level {level}.", gr.Slider(visible=False)

def lay_out(page, opened):
    level, more = gr.Slider(0, 1, 0.25, label="Level"), gr.Slider(0, 1, 0, label="More")
    shown, words = pages.result_picture("Gray"), gr.Textbox(label="Words")
    page.bind(paint, [opened, level], [level], [shown, words, more], page.status(""))

def build_interface(plugin):
    return pages.tabbed(plugin, {"Paint": lay_out})
"""


def build(record: Record) -> dict[str, Any]:
    """Return the components of a plugin's page by their label; of two, the page's, not that of the API."""
    page = verbs.import_module_of(record, "interface").build_interface(Plugin(record, LocalEngine()))
    return {str(getattr(block, "label", None)): block for block in reversed(page.blocks.values())}


OPEN_EMPTY = {"Live", "Video"}  # tabs that need a camera, or a video of the visitor's


@pytest.fixture
def planted(plant: Any) -> Record:
    folder = plant("painter", interface=INTERFACE, model="", train="")
    (folder / "README.md").write_text("A card.")
    return registry.find("painter")


@pytest.mark.parametrize("record", BUNDLED, ids=lambda record: record.name)
def test_every_tab_opens_with_a_stored_result_of_the_current_weights_and_settings(record: Record) -> None:
    plugin = Plugin(record, LocalEngine())
    with first_results.recorded() as calls:
        page = verbs.import_module_of(record, "interface").build_interface(plugin)
    stored = storage.read(record)
    assert {call.name for call in calls} == set(stored)
    outdated = [call.name for call in calls if not first_results.fits(plugin, call, stored[call.name])]
    assert not outdated, f"run: python -m core first-results {record.name}"
    tabs = {block.label for block in page.blocks.values() if isinstance(block, gr.Tab)}
    assert len(calls) >= len(tabs - OPEN_EMPTY)


def test_first_results_are_small() -> None:
    sizes = [path.stat().st_size for record in BUNDLED for path in storage.folder_of(record).iterdir()]
    assert sum(sizes) < MAX_BYTES


def test_a_page_opens_with_what_the_command_computed(planted: Record) -> None:
    assert parser.main(["first-results", "painter"]) == 0
    shown = build(planted)
    assert np.asarray(pillow.open(shown["Gray"].value["path"])).mean() == pytest.approx(0.25 * 255, abs=1)
    assert (shown["Words"].value, shown["More"].visible, shown["Level"].visible) == ("Level 0.25.", False, True)
    assert {path.name for path in storage.folder_of(planted).iterdir()} == {"paint_1.webp", "results.json"}


def test_the_files_of_another_handler_whose_name_begins_alike_are_kept(planted: Record) -> None:
    result = storage.FirstResult({}, [], [{"value": {"path": "paint_over_1.webp", "meta": {}}}])
    parser.main(["first-results", "painter"])
    storage.write(planted, storage.read(planted) | {"paint_over": result})
    for name in ("paint_over_1.webp", "paint_9.webp"):
        (storage.folder_of(planted) / name).touch()
    assert parser.main(["first-results", "painter", "--only", "paint"]) == 0
    files = {path.name for path in storage.folder_of(planted).iterdir()}
    assert files == {"paint_1.webp", "paint_over_1.webp", "results.json"}


def test_a_page_without_a_fitting_result_computes_one_when_it_is_opened(planted: Record) -> None:
    with first_results.recorded() as calls:
        build(planted)
    (call,) = calls
    assert not first_results._show_stored(Plugin(planted, LocalEngine()), call)
    parser.main(["first-results", "painter"])
    assert first_results._show_stored(Plugin(planted, LocalEngine()), call)
    call.inputs[0].value = 0.75  # another first setting
    assert not first_results._show_stored(Plugin(planted, LocalEngine()), call)
