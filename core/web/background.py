"""A button that starts a job in the background, and a line that says how far it has come and offers its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from core.plugin import Plugin
from core.progress import Steps
from core.web import handlers
from core.web.jobs import ENDED, Job, JobQueue, State

if TYPE_CHECKING:
    from core.web.pages import Page

SECONDS_BETWEEN_LOOKS = 1.0
JOBS = JobQueue()  # of the whole app: they share one device

CANCEL, DOWNLOAD = "Cancel", "Download"
PLACE = "Place {} in the queue."
BEGINS = "It begins."
DONE = "Done: the file is ready."
CANCELED = "Canceled."

Handler = Callable[..., Steps[str]]
"""Takes the plugin and the values of its input components, yields progress and returns the path of a file."""


def background_job(page: Page, handler: Handler, inputs: Sequence[Any], label: str, explanation: str) -> None:
    """Lay out a button that runs `handler` in the background, while the page stays usable.

    Args:
        page: the page that it stands on.
        handler: see `Handler`.
        inputs: the components whose values it gets after the plugin.
        label: of the button.
        explanation: what it does, in one sentence.
    """
    job = gr.State(None, delete_callback=_abandon)
    timer = gr.Timer(SECONDS_BETWEEN_LOOKS, active=False)
    gr.Markdown(explanation, elem_classes="caption")
    with gr.Row():
        start, cancel = gr.Button(label, size="sm"), gr.Button(CANCEL, size="sm", visible=False)
        download = gr.DownloadButton(DOWNLOAD, size="sm", variant="primary", visible=False)
    status = gr.HTML(handlers.status(""), padding=False)
    shown = [status, cancel, download, timer]
    options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
    start.click(partial(_begin, page.plugin, handler), [job, *inputs], [job, *shown], **options)
    timer.tick(look, job, shown, **options)
    cancel.click(_cancel, job, shown, **options)


def _begin(plugin: Plugin, handler: Handler, current: Job | None, *values: Any) -> tuple[Any, ...]:
    """Return a new job in place of the visitor's `current` one, which ends, and what is shown of it."""
    _abandon(current)
    job = JOBS.submit(lambda: handler(plugin, *values))
    return job, *look(job)


def look(job: Job | None) -> tuple[Any, ...]:
    """Return the status line of a job, and its buttons and the timer as they are to be now."""
    if job is None:
        return gr.skip(), gr.skip(), gr.skip(), gr.Timer(active=False)
    ended = job.state in ENDED
    return (
        _describe(job),
        gr.Button(visible=not ended),
        gr.DownloadButton(value=job.result or None, visible=job.state is State.DONE),
        gr.Timer(active=not ended),
    )


def _describe(job: Job) -> Any:
    """Return the status line of a job."""
    if job.state is State.RUNNING and job.progress:
        return handlers.progress_status(job.progress, job.seconds)
    place = JOBS.place_of(job)
    words = {
        State.WAITING: PLACE.format(place) if place else BEGINS,
        State.RUNNING: BEGINS,
        State.DONE: DONE,
        State.FAILED: job.problem,
        State.CANCELED: CANCELED,
    }
    return handlers.status(words[job.state])


def _cancel(job: Job | None) -> tuple[Any, ...]:
    _abandon(job)
    return look(job)


def _abandon(job: Job | None) -> None:
    """End the job of a visitor who has canceled it, begun another one, or left."""
    if job is not None:
        job.cancel()
