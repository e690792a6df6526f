"""Builds the page of a plugin. One whose page fails, hangs or ends the process gets a page that says so."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gradio as gr

from core import crashes, failures, tracebacks, verbs, weights
from core.engines.isolated import describe_status, environment
from core.errors import UserError
from core.plugin import Plugin
from core.registry import Record, State
from core.watchdog import limited, watched
from core.web import pages

LOGGER = logging.getLogger(__name__)
LONGEST = 60.0  # seconds
MISSING_WEIGHTS = "Its network is not available at the moment."
LAUNCHES = "build_interface calls launch(): return the page instead"
TRIED = "its page was tried in a process of its own, which {}"


def build(plugin: Plugin) -> tuple[gr.Blocks, str]:
    """Return the plugin's page and "", or a page that says why there is none and a sentence for the home page."""
    record = plugin.record
    if record.state is not State.READY:
        return pages.message_page(record.title, record.reason), f"{record.state}: {record.reason}"
    with verbs.interrupts() as received:
        try:
            page = _build(plugin)
        except BaseException as error:  # a plugin may raise anything: the others stay up
            if received:
                raise
            LOGGER.exception("the page of %s cannot be built", record.name)
            problem = tracebacks.describe(error, record.folder)
            failures.note(record, failures.PAGE, problem)
            return pages.message_page(record.title, problem), problem
    failures.note(record, failures.PAGE, "")
    return page, MISSING_WEIGHTS if weights.are_missing(record, plugin.engine.options) else ""


def _build(plugin: Plugin) -> gr.Blocks:
    """Return the plugin's page. Raises whatever its code does, or TimeLimitError."""
    record = plugin.record
    activity = f"building the page of {record.name}"
    if record.isolated:
        try_apart(record)
    with (
        watched(activity, record.name, record.folder),
        crashes.marked(record, activity),
        limited(LONGEST, record.folder),
        launch_refused(),
    ):
        page = verbs.import_module_of(record, "interface").build_interface(plugin)
    if not isinstance(page, gr.Blocks):
        raise TypeError(f"build_interface returned {type(page).__name__}, not gr.Blocks")
    return page


@contextmanager
def launch_refused() -> Iterator[None]:
    """Raise UserError where a page that is built inside the `with` block launches an app of its own."""
    launch = gr.Blocks.launch

    def refuse(*_: Any, **__: Any) -> None:
        raise UserError(LAUNCHES)

    gr.Blocks.launch = refuse
    try:
        yield
    finally:
        gr.Blocks.launch = launch


def try_apart(record: Record) -> None:
    """Build the page of a plugin in a process of its own. Raises UserError if that ends or hangs."""
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "core.web.building", str(record.folder)],
            env=environment(),
            timeout=LONGEST,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise UserError(TRIED.format(f"took longer than {LONGEST:.0f} s")) from None
    if ended.returncode:
        raise UserError(TRIED.format(f"ended with {describe_status(ended.returncode)}"))


def _main(folder: str) -> None:
    """Build the page of the plugin in a folder, to see whether this process survives that."""
    from core import registry
    from core.engine import LocalEngine

    with suppress(BaseException), launch_refused():  # an error is reported by the process of the app, which gets it too
        verbs.import_module_of(registry.find(folder), "interface").build_interface(
            Plugin(registry.find(folder), LocalEngine())
        )


if __name__ == "__main__":
    _main(sys.argv[1])
