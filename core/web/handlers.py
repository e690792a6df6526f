"""Wraps the handlers of a page: adds progress, a status line and error messages."""

from __future__ import annotations

import inspect
import logging
import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from copy import copy
from pathlib import Path
from typing import Any, NoReturn

import gradio as gr
from gradio.context import LocalContext
from markupsafe import Markup

from core.errors import OwnerError, UserError
from core.plugin import Plugin
from core.progress import PERCENT, Progress, translate
from core.turns import Waiting, on_behalf_of
from core.web import admission
from core.web.translation import CURRENT, TABLES

LOGGER = logging.getLogger(__name__)
SHORTEST_REMAINING = 3  # seconds: a shorter time left is not shown
ESTIMATE_FROM = 0.1  # fraction of the work: before that, most of the time went into compiling the network

FAILED = "That did not work"
STOPPED, DONE = "Stopped.", "Done in {}."
INTERNAL_ERROR = "This is our mistake, not yours ({}). What was on the page is still there."
PLACE = "Place {} in the queue: others' pictures are being worked on."
WAITS = "Waiting: “{}” has been computing for {} without a pause."
STEP_OF, LEFT = "{} {} of {}", ", {} left"
STATUS = Markup('<div class="status" role="status" aria-live="polite">{}</div>')
WRONG_INPUTS = (
    "{} at {} cannot be bound ({}): it gets the plugin and the values of {} inputs; give it a parameter for each, "
    "or change the inputs"
)
WRONG_OUTPUTS = "{} at {} returned {} for {} outputs: return a tuple with a value for each"
NO_PICTURE = "There is no {} yet: drop one, or pick an example."
BAR = Markup('<progress value="{}" max="{}"></progress>{}')


class HandlerError(UserError):
    """A handler that cannot be called with the values of the components that it is bound to."""


class MissingPictureError(UserError):
    """An input without a picture. A page says so where it says how a run went; it is no failure there."""

    def __init__(self, name: str) -> None:
        """Create the error for the picture that the message calls `name`, such as "photo"."""
        super().__init__(NO_PICTURE.format(name))


class Newest:
    """The number of a visitor's newest run of one demo: the value of a `gr.State`, of which each visitor has a copy.

    Attributes:
        number: of the newest run; 0 before the first one.
        farewell: what the status line says when the run before it ends, or None to leave the line as it is.
    """

    def __init__(self) -> None:
        self.number = 0
        self.farewell: Markup | None = None

    def begin(self) -> int:
        """End the run, if there is one, for a newer one, and return the number of that."""
        self.number, self.farewell = self.number + 1, None
        return self.number

    def stop(self) -> Markup:
        """End the run, if there is one, and return the status line that says so."""
        self.number, self.farewell = self.number + 1, status(STOPPED)
        return self.farewell


def check_inputs(handler: Callable[..., Any], inputs: Sequence[Any]) -> None:
    """Raise HandlerError unless `handler` takes the plugin and as many values as there are `inputs`."""
    signature = inspect.signature(handler)
    try:
        signature.bind(None, *inputs)
    except TypeError as error:
        call = f"{handler.__name__}({', '.join(signature.parameters)})"
        raise HandlerError(WRONG_INPUTS.format(call, _place_of(handler), error, len(inputs))) from None


def check_outputs(handler: Callable[..., Any], outcome: Any, count: int) -> None:
    """Raise HandlerError unless `outcome`, which `handler` has returned, holds so many values."""
    is_several = isinstance(outcome, tuple | list)
    if is_several and len(outcome) == count:
        return
    returned = f"{len(outcome)} values" if is_several else f"a value of type {type(outcome).__name__}"
    raise HandlerError(WRONG_OUTPUTS.format(handler.__name__, _place_of(handler), returned, count))


def _place_of(handler: Callable[..., Any]) -> str:
    code = inspect.unwrap(handler).__code__
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}"


def with_status(
    plugin: Plugin, handler: Callable[..., Any], blank: Sequence[Any]
) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """Return the generator function that a page runs in place of `handler`.

    It takes the visitor's `Newest` and the number of the run before the inputs of `handler`. A run that is not the
    newest any more ends, and changes nothing on the page: it shows no result and no error.

    Args:
        plugin: the first argument of `handler`.
        handler: what to run; see `core.web.page` for what it takes and returns.
        blank: the values of the outputs where there is no picture yet. The status line is the output after them.
    """
    unchanged = [gr.skip()] * len(blank)

    def run(newest: Newest, number: int, *values: Any) -> Iterator[tuple[Any, ...]]:
        with closing(_shown_steps(plugin, handler, values, unchanged)) as steps:
            try:
                while newest.number == number:
                    shown = next(steps, None)
                    if shown is None:
                        return
                    if newest.number == number:
                        yield shown
            except MissingPictureError as error:
                yield (*map(copy, blank), status(str(error)))  # Gradio takes updates apart
                return
            except (Exception, SystemExit) as error:
                if newest.number == number:
                    yield (*unchanged, status(f"{FAILED}."))
                    raise_gradio_error(error, f"{plugin.name}_{handler.__name__}")
        yield (*unchanged, newest.farewell or gr.skip())

    return run


def _shown_steps(
    plugin: Plugin, handler: Callable[..., Any], values: Sequence[Any], unchanged: Sequence[Any]
) -> Generator[tuple[Any, ...], None, None]:
    """Yield the outputs and the status line after each step of `handler`, and then its result."""
    start = time.perf_counter()
    outcome = yield from translate(
        on_behalf_of(visitor(), admission.run(handler, (plugin, *values))),
        lambda step: (*(step.so_far or unchanged), progress_status(step, time.perf_counter() - start)),
    )
    check_outputs(handler, outcome, len(unchanged))
    yield (*outcome, status(DONE.format(duration(time.perf_counter() - start))))


def visitor() -> str | None:
    """Return what identifies the visitor whose call runs, the same for all calls of a page or an API client."""
    request = LocalContext.request.get(None)
    session: str | None = getattr(request, "session_hash", None)
    return session


def raise_gradio_error(error: BaseException, name: str) -> NoReturn:
    """Raise the error that Gradio shows, with the words of `explain`; one of Gradio's as it is."""
    if isinstance(error, gr.Error):
        raise error
    raise gr.Error(translated(explain(error, name)), title=translated(FAILED), print_exception=False) from error


def translated(text: str) -> str:
    """Return a sentence in the language of the visitor whose call runs."""
    table = TABLES.get(CURRENT.get())
    return text if table is None else table.translate(text)


def explain(error: BaseException, name: str) -> str:
    """Return what a visitor reads of an error: the message of a UserError. What the owner must know is logged.

    Args:
        error: any; one that is no UserError is named by its type.
        name: of what failed, for the log.
    """
    if isinstance(error, OwnerError):
        LOGGER.error("%s failed: %s", name, error)
        return error.notice
    if isinstance(error, UserError):
        return str(error)
    LOGGER.error("%s failed", name, exc_info=error)
    return INTERNAL_ERROR.format(type(error).__name__)


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
    if progress.unit == admission.PLACE:
        return status(PLACE.format(done))
    if isinstance(progress, Waiting):
        return status(WAITS.format(progress.holder, duration(done, 0)))
    left = seconds / done * (total - done) if done and done >= ESTIMATE_FROM * total else 0
    words = f"{100 * done // total} %" if progress.unit == PERCENT else STEP_OF.format(progress.unit, done, total)
    if left >= SHORTEST_REMAINING:
        words += LEFT.format(duration(math.ceil(left), 0))
    return STATUS.format(BAR.format(done, total, words))


def duration(seconds: float, decimals: int = 1) -> str:
    """Return `seconds` in words that suit their size: "850 ms", "7.5 s" with so many decimals, "1 min 45 s"."""
    if round(seconds * 1000) < 1000:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds, decimals) < 60:
        return f"{seconds:.{decimals}f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
