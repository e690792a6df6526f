"""Wraps the handlers of a page: adds progress, a status line and error messages."""

from __future__ import annotations

import functools
import inspect
import logging
import math
import time
from collections.abc import Callable, Iterator
from types import GeneratorType
from typing import Any

import gradio as gr
from markupsafe import Markup

from core.errors import HubError, UserError
from core.plugin import Plugin
from core.progress import Progress, translate

LOGGER = logging.getLogger(__name__)
SHORTEST_REMAINING = 3  # seconds: a shorter time left is not shown
ESTIMATE_FROM = 0.1  # fraction of the work: before that, most of the time went into compiling the network

FAILED = "That did not work"
STOPPED = "Stopped."
UNREACHABLE = "The network cannot be downloaded at the moment: try again in a while."
INTERNAL_ERROR = "This is our mistake, not yours ({}). What was on the page is still there."
STATUS = Markup('<div class="status" role="status" aria-live="polite">{}</div>')
BAR = Markup('<progress value="{}" max="{}"></progress>{}')


def with_status(plugin: Plugin, handler: Callable[..., Any], name: str, count: int) -> Callable[..., Any]:
    """Return the generator function that Gradio runs in place of `handler`.

    Args:
        plugin: the first argument of `handler`.
        handler: what to run; see `core.web.pages` for what it takes and returns.
        name: the name of the returned function, which is the name of the MCP tool.
        count: how many outputs `handler` has. The status line is the output after them.
    """
    unchanged = [gr.skip()] * count

    @functools.wraps(handler)
    def run(*values: Any) -> Iterator[tuple[Any, ...]]:
        start = time.perf_counter()
        try:
            outcome = handler(plugin, *values)
            if isinstance(outcome, GeneratorType):
                outcome = yield from translate(
                    outcome,
                    lambda step: (*(step.so_far or unchanged), progress_status(step, time.perf_counter() - start)),
                )
            if outcome is None:
                yield (*unchanged, gr.skip())
            else:
                yield (*outcome, status(f"Done in {duration(time.perf_counter() - start)}."))
        except (Exception, SystemExit) as error:
            yield (*unchanged, status(f"{FAILED}."))
            raise _to_gradio_error(error, name) from error

    run.__name__ = name
    signature = inspect.signature(handler)
    run.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    return run


def with_errors(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return `handler` with the error messages of `with_status`, for an event that `Page.bind` does not wire."""

    @functools.wraps(handler)
    def run(*values: Any) -> Any:
        try:
            return handler(*values)
        except (Exception, SystemExit) as error:
            raise _to_gradio_error(error, handler.__name__) from error

    return run


def _to_gradio_error(error: BaseException, name: str) -> gr.Error:
    """Return the error to show: with the message of a UserError; any other error is logged, and named by its type."""
    if isinstance(error, gr.Error):
        return error
    message = str(error)
    if isinstance(error, HubError):
        LOGGER.error("%s failed: %s", name, error)
        message = UNREACHABLE
    elif not isinstance(error, UserError):
        LOGGER.error("%s failed", name, exc_info=error)
        message = INTERNAL_ERROR.format(type(error).__name__)
    return gr.Error(message, title=FAILED, print_exception=False)


def status(message: str) -> Markup:
    """Return the HTML of a status line that says `message`."""
    return STATUS.format(message)


def progress_status(progress: Progress, seconds: float) -> Markup:
    """Return the HTML of the status line of a running call: a bar, the step, and an estimate of the time left.

    Args:
        progress: the step that the call has reached.
        seconds: how long the call has been running.
    """
    done, total = progress.done, progress.total
    left = seconds / done * (total - done) if done and done >= ESTIMATE_FROM * total else 0
    words = f"{done} of {total}" + (f", {math.ceil(left)} s left" if left >= SHORTEST_REMAINING else "")
    return STATUS.format(BAR.format(done, total, words))


def duration(seconds: float) -> str:
    """Return `seconds` in words that suit their size: "850 ms", "7.5 s", "1 min 45 s"."""
    if round(seconds * 1000) < 1000:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
