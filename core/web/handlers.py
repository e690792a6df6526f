"""What runs behind an event of a page: progress, a status line, and an apology for what goes wrong."""

from __future__ import annotations

import functools
import html
import inspect
import logging
import math
import time
from collections.abc import Callable, Iterator
from types import GeneratorType
from typing import Any

import gradio as gr

from core.errors import HubError, UserError
from core.plugin import Plugin
from core.progress import Progress, translate

LOGGER = logging.getLogger(__name__)
WORTH_TELLING = 3  # seconds that are left
TOLD_FROM = 0.1  # of the work: until then, what a network takes to be compiled is most of the time
UNREACHABLE = "The network cannot be fetched at the moment: try again in a while."


def with_status(plugin: Plugin, handler: Callable[..., Any], name: str, count: int) -> Callable[..., Any]:
    """Return `handler` as the generator that Gradio runs: its outputs, and the status line behind them."""
    nothing = [gr.skip()] * count

    @functools.wraps(handler)
    def run(*values: Any) -> Iterator[tuple[Any, ...]]:
        began = time.perf_counter()
        try:
            outcome = handler(plugin, *values)
            if isinstance(outcome, GeneratorType):
                outcome = yield from translate(
                    outcome,
                    lambda step: (*(step.so_far or nothing), progress_status(step, time.perf_counter() - began)),
                )
            if outcome is None:
                yield (*nothing, gr.skip())
            else:
                yield (*outcome, status(f"Done in {(time.perf_counter() - began) * 1000:.0f} ms."))
        except (Exception, SystemExit) as error:
            yield (*nothing, status("That did not work."))
            raise _to_gradio_error(error, name) from error

    run.__name__ = name  # MCP names its tool after the function
    signature = inspect.signature(handler)
    run.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    return run


def _to_gradio_error(error: BaseException, name: str) -> gr.Error:
    """Return what the visitor reads: a UserError as it is; anything else is ours, and goes to the log."""
    if isinstance(error, gr.Error):
        return error
    words = str(error)
    if isinstance(error, HubError):
        LOGGER.error("%s failed: %s", name, error)
        words = UNREACHABLE
    elif not isinstance(error, UserError):
        LOGGER.error("%s failed", name, exc_info=error)
        words = f"This is our mistake, not yours ({type(error).__name__}). What was on the page is still there."
    return gr.Error(words, title="That did not work", print_exception=False)


def with_errors(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a small `handler`, one that `Page.bind` does not wire, with the same apologies."""

    @functools.wraps(handler)
    def run(*values: Any) -> Any:
        try:
            return handler(*values)
        except (Exception, SystemExit) as error:
            raise _to_gradio_error(error, handler.__name__) from error

    return run


def status(words: str) -> str:
    """Return the status line's HTML that says `words`."""
    return f'<div class="status" role="status" aria-live="polite">{html.escape(words)}</div>'


def progress_status(progress: Progress, seconds: float) -> str:
    """Return the status line's HTML of a call that has taken so many `seconds` up to now: how far, how long still."""
    done, total = progress.done, progress.total
    left = seconds / done * (total - done) if done and done >= TOLD_FROM * total else 0
    words = f"{done} of {total}" + (f", {math.ceil(left)} s left" if left >= WORTH_TELLING else "")
    bar = f'<progress value="{done}" max="{total}"></progress>'
    return f'<div class="status" role="status" aria-live="polite">{bar}{words}</div>'
