"""One run of a demo per visitor: a newer run ends the older one at its next step, and so does Stop.

Gradio's own `cancels` works in the browser, which forgets a run that was replaced. Here the server decides: each press
of a button or change of a control takes a number, and a run whose number is not the newest ends and says nothing.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from core.web.handlers import Newest

QUEUE = "starts_and_stops"  # of the events that only take a number: first come, first served
SETTLED_AFTER = 300  # milliseconds without a change, after which a typed number or a moved slider counts
SETTLE = """() => new Promise((resolve, reject) => {
  const pending = (window.pendingRuns ??= {}), name = %s;
  pending[name]?.();
  const typed = document.activeElement?.matches("input[type=number], input[type=range], textarea");
  const timer = setTimeout(() => { delete pending[name]; resolve([null]); }, typed ? %d : 0);
  pending[name] = () => { clearTimeout(timer); delete pending[name]; reject("a newer change came"); };
})"""
FORGET = "(...values) => { window.pendingRuns?.[%s]?.(); return values; }"


class Demo:
    """A handler that `Page.bind` wired, and how its runs are started and stopped."""

    def __init__(self, name: str, status: gr.HTML) -> None:
        """Create a demo that nothing starts yet.

        Args:
            name: of its endpoint, unique in the app.
            status: its status line.
        """
        self.name, self._status = name, status
        self.newest = gr.State(Newest())
        # The browser sends it along with a run: what a late request would find on the server is a newer run's number.
        self.number = gr.Number(0, visible="hidden")

    def start_at(
        self,
        events: Any | Sequence[Any],
        prepare: Callable[..., Any] | None = None,
        inputs: Sequence[Component] = (),
        outputs: Sequence[Component] = (),
    ) -> None:
        """Start a run at each of `events`, after `prepare` has set what the run depends on, in the same step.

        Args:
            events: an event, or several.
            prepare: takes the values of `inputs`, and returns those of `outputs` as a tuple.
            inputs: components.
            outputs: components.
        """
        if events:
            self._wire(events, _numbered(prepare, len(outputs)), inputs, [*outputs, self.number], FORGET)

    def start_when_settled(
        self,
        controls: Iterable[Component],
        prepare: Callable[..., Any] | None = None,
        outputs: Sequence[Component] = (),
    ) -> None:
        """Start one run once none of `controls` has been changed for a moment; see `start_at`."""
        events = [event for control in controls for event in events_of(control)]
        if events:
            self._wire(events, _numbered(prepare, len(outputs)), [], [*outputs, self.number], SETTLE, SETTLED_AFTER)

    def stop_at(self, event: Any) -> None:
        """End the run at an event."""
        self._wire(event, Newest.stop, [], [self._status], FORGET)

    def _wire(
        self, events: Any, fn: Callable[..., Any], inputs: Iterable[Any], outputs: list[Any], js: str, *values: int
    ) -> None:
        gr.on(
            events,
            _at_once(fn),
            [self.newest, *inputs],
            outputs,
            js=js % (json.dumps(self.name), *values),
            concurrency_id=QUEUE,
            concurrency_limit=None,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
        )


def _at_once(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Return `fn` as a coroutine, which Gradio does not hand to a thread: so calls end in the order they came in."""

    @functools.wraps(fn)
    async def call(*values: Any) -> Any:
        return fn(*values)

    return call


def _numbered(prepare: Callable[..., Any] | None, count: int) -> Callable[..., Any]:
    """Return a function that returns the `count` values of `prepare`, then the number of a new run.

    It has the signature of `prepare`, from which Gradio knows whether it takes the place of a click, after the
    visitor's `Newest`.
    """

    def start(newest: Newest, *values: Any) -> Any:
        prepared = prepare(*values) if prepare else ()
        return (*prepared, newest.begin()) if count else newest.begin()

    parameters = [inspect.Parameter("newest", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    if prepare is not None:
        start = functools.wraps(prepare)(start)
        parameters += inspect.signature(prepare).parameters.values()
    start.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return start


def events_of(control: Component) -> list[Any]:
    """Return the events at which a visitor has changed `control`, by the mouse, by keys or by typing."""
    if isinstance(control, gr.Image):
        arrived = [control.arrived.change] if hasattr(control, "arrived") else []
        return [control.upload, control.clear, *arrived]
    if isinstance(control, gr.Textbox):
        return [control.submit]
    return [control.change if isinstance(control, gr.Number) else control.input]


def blank_value(output: Component, inputs: Sequence[Component]) -> Any:
    """Return the value of an output where there is no picture yet."""
    if output in inputs:
        return gr.skip()
    if isinstance(output, gr.DownloadButton):
        return gr.update(value=None, interactive=False)
    return gr.update(value=output.value if isinstance(output, gr.Markdown) else None)
