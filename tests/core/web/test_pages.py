"""Pages of plugins: how handlers are bound, how tabs open, and the vocabulary that plugins import."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core.engine import LocalEngine
from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import comparison, components, lessons, output_files, pages
from core.web.handlers import HandlerError
from core.web.page import CLICKS, LONG_QUEUE, RUNS
from core.web.pages import Page
from core.web.runs import blank_value
from core.web.stage import offer_download


def double(plugin: Plugin, value: float = 1) -> tuple[float]:
    """Double a value.

    Args:
        value: any number.
    """
    return (2 * value,)


def bound(plugin: Plugin, **settings: Any) -> Any:
    """Return the function of a page with one handler, as Gradio keeps it."""
    page = Page(plugin)
    with page.blocks:
        number, result, status = gr.Number(1), gr.Number(), page.status("Change it.")
        page.bind(double, [number.change], [number], [result], status, **settings)
    return next(fn for fn in page.blocks.fns.values() if fn.api_name == "denoiser_double")


def test_a_handler_is_offered_over_the_api_with_its_docstring(denoiser: Plugin) -> None:
    function = bound(denoiser)
    assert function.fn.__name__ == "denoiser_double"
    assert "any number" in function.fn.__doc__


@pytest.mark.parametrize(
    ("kind", "queue"),
    [({}, RUNS), ({"live": True}, CLICKS), ({"long_running": True}, LONG_QUEUE)],
)
def test_clicks_and_long_running_handlers_have_queues_of_their_own(
    denoiser: Plugin, kind: dict[str, bool], queue: tuple[str, int]
) -> None:
    function = bound(denoiser, **kind)
    assert (function.concurrency_id, function.concurrency_limit) == queue


@pytest.mark.parametrize(
    ("count", "problem"),
    [(0, "missing a required argument: 'value'"), (2, "too many positional arguments")],
)
def test_a_handler_of_other_inputs_than_its_components_is_refused_with_its_place(
    denoiser: Plugin, count: int, problem: str
) -> None:
    def halve(plugin: Plugin, value: float) -> tuple[float]:
        return (value / 2,)

    page = Page(denoiser)
    line = halve.__code__.co_firstlineno
    with page.blocks:
        inputs, outputs, status = [gr.Number() for _ in range(count)], [gr.Number()], page.status("")
        with pytest.raises(HandlerError) as caught:
            page.bind(halve, [], inputs, outputs, status)
    assert str(caught.value) == (
        f"halve(plugin, value) at test_pages.py:{line} cannot be bound ({problem}): it gets the plugin and the values "
        f"of {count} inputs; give it a parameter for each, or change the inputs"
    )


def test_a_plugin_without_examples_is_told_where_to_put_one(denoiser: Plugin, tmp_path: Path) -> None:
    page = Page(replace(denoiser, record=replace(denoiser.record, folder=tmp_path)))
    for source in (pages.picture_source, pages.sound_source):
        with page.blocks, pytest.raises(UserError, match=r"examples has no file that ends in .*: put one there"):
            source(page, "Yours")


def test_each_tab_is_laid_out_with_the_event_that_opens_it(denoiser: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "read", lambda folder: None)  # it is about tabs that are not these
    events: list[Any] = []
    blocks = pages.tabbed(denoiser, {name: lambda page, opened: events.append(opened) for name in ("First", "Second")})
    tabs = [block.label for block in blocks.blocks.values() if isinstance(block, gr.Tab)]
    assert tabs == ["First", "Second"]
    assert len(events) == 2
    assert events[0] is not events[1]


def test_a_before_after_stage_opens_with_nothing_to_download(denoiser: Plugin) -> None:
    page = Page(denoiser)
    with page.blocks:
        stage = pages.before_after_stage(page, "Before and after", "Drop a photo.")
    assert "Drop a photo." in stage.status.value
    assert not stage.download.interactive
    assert (stage.run.value, stage.stop.value) == ("Run", "Stop")


def test_what_was_made_of_a_picture_becomes_empty_with_it_but_not_a_setting(denoiser: Plugin) -> None:
    with Page(denoiser).blocks:
        sigma, words = gr.Slider(0, 9, 3), gr.Markdown("Lossy.")
        picture, download = pages.result_picture("Result"), gr.DownloadButton("Download")
        blank = [blank_value(output, [sigma]) for output in (sigma, words, picture, download)]
    assert blank[0] == gr.skip()
    assert [each["value"] for each in blank[1:]] == ["Lossy.", None, None]
    assert blank[3]["interactive"] is False


def test_the_chosen_format_is_on_the_button_and_in_the_file(tmp_path: Path, picture: Image) -> None:
    images.save(picture, tmp_path / "a.png")
    offered = offer_download(str(tmp_path / "a.png"), "WebP")
    assert (offered.label, Path(offered.value["path"]).name) == ("Download WebP", "a.webp")
    assert offer_download(None, "JPEG").label == "Download JPEG"


def test_the_header_says_where_it_runs_and_folds_what_developers_want(denoiser: Plugin) -> None:
    page = Page(Plugin(denoiser.record, LocalEngine(precision="mixed_bfloat16")))
    summary, details = page._describe().split("</summary>")
    assert summary.endswith("<summary>Runs on this server&#39;s CPU, bfloat16")
    assert "bundled weights, photographs and 2 more</details>" in details


def test_the_message_of_a_page_is_escaped() -> None:
    blocks = pages.message_page("<i>Broken</i>", "a < b")
    (message,) = [block.value for block in blocks.blocks.values() if isinstance(block, gr.HTML)]
    assert "<h1>&lt;i&gt;Broken&lt;/i&gt;</h1>" in message
    assert "a &lt; b" in message


def test_pages_offers_the_components_and_the_output_files() -> None:
    public = [
        name
        for module in (components, comparison, output_files)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    ]
    assert set(public) <= set(pages.__all__)
