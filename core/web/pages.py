"""The page of a plugin: its header, tabs and footer, and how its handlers are wired to their events.

A handler takes the plugin and the values of its input components. It returns the values of its output components as a
tuple. A slow one is a generator that yields `Progress` before it returns the
result: the page shows a progress bar and `Progress.so_far` (a tuple like the result) if there is one, and can stop the
generator between two steps.

This module is what an `interface.py` imports: it also offers the names of `core.web.components` and
`core.web.output_files`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component
from markupsafe import Markup

from core.errors import HubError
from core.plugin import Plugin
from core.registry import Record
from core.web import first_results, handlers
from core.web.background import background_job
from core.web.comparison import WORDS, comparison
from core.web.components import (
    CLICKABLE,
    CROPPABLE,
    FILLING,
    Dropped,
    captioned_image,
    clickable_picture,
    column,
    examples,
    picture_input,
    random_seed,
    result_picture,
    seed_number,
    seed_with_button,
    sketchpad,
    workbench,
)
from core.web.first_results import FirstCall
from core.web.handlers import MissingPictureError
from core.web.output_files import FILE_FORMATS, WRITING, convert, new_file, stem, write_png, write_result, write_sketch
from core.web.runs import Demo, events_of

__all__ = [
    "CLICKABLE",
    "CROPPABLE",
    "FILLING",
    "WRITING",
    "Demo",
    "Dropped",
    "Page",
    "Stage",
    "background_job",
    "before_after_stage",
    "captioned_image",
    "clickable_picture",
    "column",
    "comparison",
    "convert",
    "examples",
    "message_page",
    "new_file",
    "picture_input",
    "random_seed",
    "require",
    "result_picture",
    "seed_number",
    "seed_with_button",
    "sketchpad",
    "stem",
    "tabbed",
    "workbench",
    "write_png",
    "write_result",
    "write_sketch",
]

LOGGER = logging.getLogger(__name__)
DEVICE_QUEUE = "device"  # one call at a time computes, on whichever page it was made
LONG_QUEUE, LONG_QUEUE_LIMIT = "long_running", 2  # long calls, between whose steps other calls compute

LOADING = "Loading the network …"
RUN, STOP, DOWNLOAD, COPY_LINK = "Run", "Stop", "Download PNG", "Copy link"
MODEL_CARD = "Model card: data, training, scores, limits"
NOT_RUNNING = "This demo is not running."
HEADER = Markup('<div class="page-title"><h1>{}</h1><p>{}</p><p class="badge">{}</p></div>')
MESSAGE = Markup('<div class="page-title"><h1>{}</h1></div><div class="problem"><p>{}</p><p>{}</p></div>')

LayOut = Callable[["Page", Any], None]
"""Lays out a tab of a page, given the page and the event at which the tab is first opened."""


class Page:
    """One plugin's page while it is built, inside `with page.blocks`."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.blocks = gr.Blocks(title=plugin.record.title, analytics_enabled=False, fill_width=True)
        self._openings: list[Any] = []  # the events at which tabs are first opened

    def header(self) -> None:
        """Add the plugin's title and summary, and the device and the weights once they are known."""
        header = gr.HTML(_header(self.plugin.record, LOADING), padding=False)
        self.blocks.load(self._describe, None, header, api_visibility="private", show_progress="hidden")

    def tabs(self, tabs: Mapping[str, LayOut]) -> None:
        """Add a tab for each name.

        A tab's event fires when the tab is first opened, not each time that a visitor returns to it. That of the first
        tab fires when the page is loaded.
        """
        with gr.Tabs(overflow_behavior="wrap"):
            for i, (name, lay_out) in enumerate(tabs.items()):
                with gr.Tab(name) as tab:
                    opened = gr.State(False)
                    tab.select(lambda: True, None, opened, api_visibility="private")
                    self._openings.append(opened.change if i else self.blocks.load)
                    lay_out(self, self._openings[-1])

    def status(self, invitation: str) -> gr.HTML:
        """Return a status line: `invitation` at first, then the progress of a call, then how long the call took."""
        return gr.HTML(handlers.status(invitation), padding=False)

    def bind(
        self,
        handler: Callable[..., Any],
        triggers: Sequence[Any],
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        status: gr.HTML,
        stop: gr.Button | None = None,
        long_running: bool = False,
        live: bool = False,
    ) -> Demo:
        """Run `handler` at each of `triggers`, and offer it over the API and MCP as `<plugin>_<handler>`.

        A UserError is shown to the visitor as it is; any other exception is logged, and the visitor is told that it is
        a mistake of the app. What was on the page stays in both cases. Where an input holds no picture
        (`require`), the outputs become empty.

        Args:
            handler: see the module's docstring; its own docstring becomes that of the API.
            triggers: events, such as `button.click`, and controls: a control starts a run when the visitor has changed
                it, by the mouse, by keys or by typing, and has not gone on doing so for a moment. With the event that
                opens the tab among them, the tab opens with the stored result for the first values of `inputs` (see
                `core.first_results`); a run at that event starts only where none is stored.
            inputs: the components whose values `handler` gets after the plugin.
            outputs: the components whose values `handler` returns.
            status: the status line of the call.
            stop: a button that ends the run between two steps.
            long_running: for a handler that takes many small steps; other visitors' calls are answered between them.
            live: for a handler that answers in milliseconds: it runs at every change, while a slider is dragged too.

        Returns:
            The demo, of which each visitor has one run at a time: a newer one ends the older at its next step.
        """
        name = f"{self.plugin.name}_{handler.__name__}"
        demo = Demo(name, status)
        controls = [trigger for trigger in triggers if isinstance(trigger, Component)]
        events = [trigger for trigger in triggers if not isinstance(trigger, Component)]
        blank = [_blank(output, inputs) for output in outputs]
        others = [event for event in events if event not in self._openings]
        if len(others) < len(events) and first_results.show(self.plugin, FirstCall(handler, inputs, outputs)):
            events = others
        gr.on(
            [*events, *chain.from_iterable(map(events_of, controls))] if live else demo.number.change,
            handlers.with_status(self.plugin, handler, name, blank),
            inputs=[demo.newest, demo.number, *inputs],
            outputs=[*outputs, status],
            concurrency_id=LONG_QUEUE if long_running else DEVICE_QUEUE,
            concurrency_limit=LONG_QUEUE_LIMIT if long_running else 1,
            show_progress="hidden" if long_running else "minimal",  # the overlay would hide intermediate results
            show_progress_on=list(outputs)[:1],
            trigger_mode="always_last",  # a run waits in the browser for the one that it has ended
            api_name=name,
        )
        if not live:
            demo.start_at(events)
            demo.start_when_settled(controls)
        if stop is not None:
            demo.stop_at(stop.click)
        return demo

    def footer(self) -> None:
        """Add a button that copies a link to the page with its settings, and the model card, folded."""
        card = self.plugin.record.folder / "README.md"
        with gr.Row():
            gr.DeepLinkButton(COPY_LINK, size="sm", scale=0, min_width=180)
        with gr.Accordion(MODEL_CARD, open=False):
            gr.Markdown(_without_front_matter(card.read_text()))

    def _describe(self) -> Markup:
        """Return the header with the device and the weights, or with the reason why there is no network."""
        try:
            more = len(self.plugin.record.ready_manifest.checkpoints) - 1
            badge = self.plugin.describe() + (f" and {more} more" if more else "")
        except HubError as error:  # a visitor cannot do anything about it
            LOGGER.error("%s: %s", self.plugin.name, error)
            badge = handlers.UNREACHABLE
        except (Exception, SystemExit) as error:  # the page stays up
            LOGGER.exception("%s has no network", self.plugin.name)
            badge = str(error)
        return _header(self.plugin.record, badge)


def require(picture: Dropped, name: str) -> str | bytes:
    """Return `picture`, for `images.load`; where it is None, the page says that there is no `name` yet."""
    if picture is None:
        raise MissingPictureError(name)
    return picture


def _blank(output: Component, inputs: Sequence[Component]) -> Any:
    """Return the value of an output where there is no picture yet."""
    if output in inputs:
        return gr.skip()
    if isinstance(output, gr.DownloadButton):
        return gr.update(value=None, interactive=False)
    return gr.update(value=output.value if isinstance(output, gr.Markdown) else None)


class Stage(NamedTuple):
    """The components of `before_after_stage`."""

    comparison: gr.HTML
    status: gr.HTML
    run: gr.Button
    stop: gr.Button
    download: gr.DownloadButton


def before_after_stage(page: Page, label: str, invitation: str, words: tuple[str, str] = WORDS) -> Stage:
    """Return a before/after comparison above its status line, with the buttons Run, Stop and Download.

    Handlers return the path of a PNG for the download; where another format is chosen, it is converted.

    Args:
        page: the page that they stand on.
        label: what is compared.
        invitation: what the status line says until the first call.
        words: what the left and the right half show.
    """
    before_after = comparison(label, words)
    status = page.status(invitation)
    with gr.Row():
        run, stop = (gr.Button(name, size="sm", scale=0, min_width=80) for name in (RUN, STOP))
        download = gr.DownloadButton(DOWNLOAD, variant="primary", size="sm", scale=0, interactive=False)
        file_format = gr.Radio(list(FILE_FORMATS), value="PNG", show_label=False, container=False, min_width=200)
    convert_on = [before_after.change, file_format.input]
    gr.on(
        convert_on,
        handlers.with_errors(_offer),
        [before_after, file_format],
        download,
        show_progress="hidden",
        api_visibility="private",
    )
    return Stage(before_after, status, run, stop, download)


def _offer(shown: tuple[str, str] | None, file_format: str) -> Any:
    """Return the download button for the second of the two pictures that are compared, in `file_format`."""
    label = DOWNLOAD.replace("PNG", file_format)
    if shown is None:
        return gr.DownloadButton(label)
    return gr.DownloadButton(label, value=convert(shown[1], file_format))


def tabbed(plugin: Plugin, tabs: Mapping[str, LayOut]) -> gr.Blocks:
    """Return a page that consists of the header, `tabs` (see `Page.tabs`) and the footer."""
    page = Page(plugin)
    with page.blocks:
        page.header()
        page.tabs(tabs)
        page.footer()
    return page.blocks


def message_page(title: str, message: str) -> gr.Blocks:
    """Return a page that says that a plugin is not running, and why."""
    with gr.Blocks(title=title, analytics_enabled=False) as blocks:
        gr.HTML(MESSAGE.format(title, NOT_RUNNING, message))
    return blocks


def _header(record: Record, badge: str) -> Markup:
    return HEADER.format(record.title, record.ready_manifest.summary, badge)


def _without_front_matter(card: str) -> str:
    return card.split("\n---\n", 1)[-1] if card.startswith("---\n") else card
