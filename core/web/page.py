"""The page of a plugin: its header, tabs and footer, and how its handlers are wired to their events.

A handler takes the plugin and the values of its input components. It returns the values of its output components as a
tuple. A slow one is a generator that yields `Progress` before it returns the result: the page shows a progress bar and
`Progress.so_far` (a tuple like the result) if there is one, and can stop the generator between two steps.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, overload

import gradio as gr
from gradio.components import Component
from markupsafe import Markup

from core.plugin import Plugin
from core.registry import Record
from core.web import (
    as_code,
    batches,
    endpoints,
    first_results,
    glossary,
    handlers,
    history,
    lessons,
    links,
    sending,
    translation,
)
from core.web.components import Dropped
from core.web.file_inputs import FileInput
from core.web.first_results import FirstCall
from core.web.handlers import MissingPictureError
from core.web.links import Tab
from core.web.runs import Demo, blank_value, events_of
from core.web.sending import Receiver

# Calls at once, of all pages: they take turns on the device (`core.turns`). More than one session may have in the queue
# (`core.web.calls`), so that some are left for others.
RUNS = "runs", 24
CLICKS = "clicks", 4  # those that are answered in milliseconds: they never wait for the end of a long one
LONG_QUEUE = "long_running", 8  # long calls, which hold what they compute with for minutes

LOADING = "Loading the network …"
COPY_LINK = "Copy link"
COPY_EMBED, EMBED_COPIED = "Copy embed code", "Copied: HTML that shows this tab with its settings in another page."
LINK_NOTE = "To this tab with its settings. Your own files are not in it."
LINK_COPIED = "Copied: the address of this page holds the tab and its settings now."
BROWSER_TITLE = "() => {{ document.title = `${{window.strings?.[{0}] ?? {0}}} - Darkroom`; }}"
MODEL_CARD = "Model card: data, training, scores, limits"
NOT_RUNNING = "This demo is not running."
HEADER = Markup('<div class="page-title"><h1>{}</h1><p>{}</p>{}</div>')
BADGE = Markup('<details class="badge"><summary>Runs on {}</summary>{}</details>')
NO_BADGE = Markup('<p class="badge">{}</p>')
MESSAGE = Markup('<div class="page-title"><h1>{}</h1></div><div class="problem"><p>{}</p><p>{}</p></div>')

LayOut = Callable[["Page", Any], None]
"""Lays out a tab of a page, given the page and the event at which the tab is first opened."""


class Page:
    """One plugin's page while it is built, inside `with page.blocks`."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.blocks = gr.Blocks(title=plugin.record.title, analytics_enabled=False, fill_width=True)
        self._tabs: list[Tab] = []
        self._openings: list[Any] = []  # the events at which they are first opened
        self.blocks.receiver = None  # where results of other pages go (`core.web.sending`)

    def header(self) -> None:
        """Add the plugin's title and summary, and the device and the weights once they are known."""
        title = json.dumps(self.plugin.record.title)
        self.blocks.load(None, None, None, js=BROWSER_TITLE.format(title))
        header = gr.HTML(_header(self.plugin.record, NO_BADGE.format(LOADING)), padding=False)
        self.blocks.load(self._describe, None, header, api_visibility="private", show_progress="hidden")

    def tabs(self, tabs: Mapping[str, LayOut]) -> None:
        """Add a tab for each name.

        A tab's event fires when the tab is first opened, not each time that a visitor returns to it: that of the first
        tab when the page is loaded, or that of the tab that the page's address names, with the controls set to the
        values in the address (see `core.web.links`).
        """
        lesson = lessons.read(self.plugin.record.folder)
        if lesson:
            lessons.lay_out(lesson)
        origin, sent = gr.HTML(visible=False, padding=False), gr.Textbox(visible=False)
        states = [gr.State(False) for _ in tabs]  # not in the tabs: an output in a closed tab counts as changed
        with gr.Tabs(overflow_behavior="wrap") as shown:
            for (name, lay_out), state in zip(tabs.items(), states, strict=True):
                with gr.Tab(name, id=links.slug(name)) as tab:
                    self._tabs.append(Tab(links.slug(name), state, name))
                    self._openings.append(self._tabs[-1].opened.change)
                    self._bound: list[tuple[batches.Demo, bool]] = []
                    lay_out(self, self._openings[-1])
                    self._lay_out_extras()
                show = links.SHOW_TAB.format(json.dumps(self._tabs[-1].slug))
                tab.select(lambda: True, None, self._tabs[-1].opened, js=show, api_visibility="private")
        if lesson:
            lessons.check(lesson, self._tabs)
        opened = {tab.slug: tab.opened for tab in self._tabs}
        receiver = self.blocks.receiver

        def restore(request: gr.Request, file: Any = None, origin_of_file: str = "") -> dict[Any, Any]:
            chosen, values = links.restore(self._tabs, request.query_params)
            values |= sending.receive(receiver, origin, file, origin_of_file) if receiver else {}
            return {opened[chosen]: True} | values

        outputs = [*opened.values(), *links.controls_of(self._tabs)]
        options: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        if receiver:
            options |= {"inputs": [receiver.taker, sent], "js": sending.TAKE}
            outputs += [each for each in sending.outputs_of(receiver, origin) if each not in outputs]
            receiver.taker.change(None, receiver.taker, None, js=sending.CHECK, api_visibility="private")
        self.blocks.load(None, None, shown, js=links.select_script(self._tabs), api_visibility="private")
        self.blocks.load(restore, outputs=outputs, **options)

    def _lay_out_extras(self) -> None:
        """Add what every tab has: its first demo with a file in and out, on several files; its first one as code."""
        for demo in [demo for demo, _ in self._bound if demo.source is not None and demo.result is not None][:1]:
            batches.lay_out(demo)
        for demo in [demo for demo, is_quick in self._bound if history.results_of(demo) and not is_quick][:1]:
            history.lay_out(demo, self.blocks)
        for demo, _ in self._bound:
            sending.offer([each for each in demo.outputs if each not in demo.inputs], self.blocks)
        is_here = not self.plugin.record.isolated  # code is written from the signature of a verb in this process
        for demo, is_quick in self._bound[:1] if is_here else []:
            as_code.lay_out(demo, is_quick)

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
                `core.first_results`); a run at that event starts only where none is stored, or a link set other values.
            inputs: the components whose values `handler` gets after the plugin.
            outputs: the components whose values `handler` returns.
            status: the status line of the call.
            stop: a button that ends the run between two steps.
            long_running: for a handler that shows its intermediate results for minutes.
            live: for a handler that answers in milliseconds: it runs at every change, while a slider is dragged too.

        Raises:
            HandlerError: if `handler` does not take as many values as there are inputs.

        Returns:
            The demo, of which each visitor has one run at a time: a newer one ends the older at its next step.
        """
        handlers.check_inputs(handler, inputs)
        if self._tabs:
            self._tabs[-1].add(handler, inputs)
            triggers = [*triggers, *self._receive(inputs)]
        demo = Demo(f"{self.plugin.name}_{handler.__name__}", status)
        if self._tabs:
            self._bound.append((batches.Demo(self.plugin, handler, inputs, outputs, status, demo.number), live))
        controls = [trigger for trigger in triggers if isinstance(trigger, Component)]
        call = FirstCall(handler, inputs, outputs)
        events = [self._after_opening(trigger, call) for trigger in triggers if not isinstance(trigger, Component)]
        queue = LONG_QUEUE if long_running else CLICKS if live else RUNS
        blank = [blank_value(output, inputs) for output in outputs]
        gr.on(
            [*events, *chain.from_iterable(map(events_of, controls))] if live else demo.number.change,
            handlers.with_status(self.plugin, handler, blank),
            inputs=[demo.newest, demo.number, *inputs],
            outputs=[*outputs, status],
            concurrency_id=queue[0],
            concurrency_limit=queue[1],
            show_progress="hidden" if long_running else "minimal",  # the overlay would hide intermediate results
            show_progress_on=list(outputs)[:1],
            trigger_mode="always_last",  # a run waits in the browser for the one that it has ended
            api_visibility="private",
        )
        endpoints.offer(self.plugin, handler, inputs, outputs, queue)
        if not live:
            demo.start_at(events)
            demo.start_when_settled(controls)
        if stop is not None:
            demo.stop_at(stop.click)
        return demo

    def _receive(self, inputs: Sequence[Any]) -> list[Any]:
        """Let the first input of the page that takes files take results of other pages; return events of arrivals."""
        opened = [each.arrived.change for each in inputs if isinstance(each, FileInput)]
        component = sending.find(inputs)
        if component is None or self.blocks.receiver:
            return opened
        self.blocks.receiver = Receiver(self._tabs[-1].slug, self._tabs[-1].title, component)
        return opened if hasattr(component, "arrived") else [*opened, sending.arrival_of(component).change]

    def _after_opening(self, event: Any, call: FirstCall) -> Any:
        """Return the event at which to run `call` in place of `event`: rarely at the opening of a tab with a result."""
        is_opening = event in self._openings
        return first_results.show(self.plugin, call, event) if is_opening else event

    def footer(self) -> None:
        """Add a button that copies a link to the page with its settings, the model card, folded, and the glossary."""
        card = self.plugin.record.folder / "README.md"
        with gr.Row():
            copy = gr.Button(COPY_LINK, size="sm", scale=0, min_width=180)
            embed = gr.Button(COPY_EMBED, size="sm", scale=0, min_width=180, elem_classes="embed")
            note = gr.Markdown(LINK_NOTE)
        if self._tabs:
            copy.click(None, links.controls_of(self._tabs), note, js=links.copy_script(self._tabs, LINK_COPIED))
            frame = links.copy_script(self._tabs, EMBED_COPIED, "copyFrame")
            embed.click(None, links.controls_of(self._tabs), note, js=frame)
        with gr.Accordion(MODEL_CARD, open=False):
            gr.Markdown(_without_front_matter(card.read_text()), elem_classes=translation.IN_ENGLISH)
        glossary.lay_out(self.plugin.record.folder)

    def _describe(self) -> Markup:
        """Return the header with where it runs and, folded, the device and the weights; or why there is no network."""
        try:
            more = len(self.plugin.record.ready_manifest.checkpoints) - 1
            details = self.plugin.describe() + (f" and {more} more" if more else "")
            badge = BADGE.format(self.plugin.place(), details)
        except (Exception, SystemExit) as error:  # the page stays up
            badge = NO_BADGE.format(handlers.explain(error, f"{self.plugin.name}: the network"))
        return _header(self.plugin.record, badge)


@overload
def require(file: str | None, name: str) -> str: ...
@overload
def require(file: Dropped, name: str) -> str | bytes: ...
def require(file: Dropped, name: str) -> str | bytes:
    """Return what a component holds; where it is None, the page says that there is no `name` yet."""
    if file is None:
        raise MissingPictureError(name)
    return file


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


def _header(record: Record, badge: Markup) -> Markup:
    return HEADER.format(record.title, record.ready_manifest.summary, badge)


def _without_front_matter(card: str) -> str:
    return card.split("\n---\n", 1)[-1] if card.startswith("---\n") else card
