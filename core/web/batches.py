"""Several files at once: a demo runs on each of them with the settings of the page, and the results are one ZIP file.

The files are worked on in the background, one after the other. One that fails is listed with the reason, and the others
go on. What is done is kept while the page is open: after a cancellation, the same files and settings go on from there.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component
from markupsafe import Markup

from core.errors import UserError
from core.plugin import Plugin
from core.progress import Progress, Steps, translate
from core.web import admission, handlers, sending
from core.web.endpoints import take
from core.web.jobs import ENDED, Job, JobQueue, State
from core.web.output_files import new_file

QUEUE = JobQueue()  # of the whole app: one batch at a time, beside the visitors' single pictures
SECONDS_BETWEEN_LOOKS = 1.0
MOST_FILES = 100
BATCH = "batch"  # CSS class, for scripts/batches.js

TITLE = "Several files"
FILES_LABEL = "Your files"
EXPLANATION = "Drop several files here, or on the picture above: each is worked on with the settings of this page."
RUN, CANCEL, DOWNLOAD = "Run on all", "Cancel", "Download ZIP"
WORKING = "File {} of {}: {}"
PLACE = "Place {} in the queue."
BEGINS = "It begins."
DONE = "{} of {} done."
GO_ON = "Canceled. Press “{}” to go on: what is done is kept."
NO_FILES = "There are no files yet: drop some first."
TOO_MANY = "{} files are too many: {} can be worked on at once."
NOTHING_DONE = "None of the files could be worked on."
STATUS = Markup('{}<ul class="failures">{}</ul>')
FAILURE = Markup("<li><b>{}</b>: {}</li>")


class Demo(NamedTuple):
    """A handler with its inputs and outputs, as `core.web.page.Page.bind` got it.

    Attributes:
        status: the status line of its runs.
        number: of the run that was started last; 0 before the first one.
    """

    plugin: Plugin
    handler: Callable[..., Any]
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    status: gr.HTML | None = None
    number: gr.Number | None = None

    @property
    def source(self) -> Component | None:
        """The input that gets the files."""
        return sending.find(self.inputs)

    @property
    def result(self) -> int | None:
        """The position of the output that is the file; None where there is none."""
        kinds = gr.DownloadButton, gr.Audio, gr.Video
        return next((i for i, output in enumerate(self.outputs) if isinstance(output, kinds)), None)

    def values(self, file: str, settings: Sequence[Any]) -> list[Any]:
        """Return the values of the inputs for one file, given those that the page has.

        Raises:
            UserError: if the file cannot be read.
        """
        pairs = zip(self.inputs, settings, strict=True)
        return [sending.read(each, file) if each is self.source else value for each, value in pairs]

    def key(self, file: str, settings: Sequence[Any]) -> str:
        """Return what decides the result for one file."""
        pairs = zip(self.inputs, settings, strict=True)
        others = [value for each, value in pairs if each is not self.source]
        return repr([file, *(value.to_csv() if hasattr(value, "to_csv") else value for value in others)])

    def run(self, values: Sequence[Any]) -> Steps[str]:
        """Yield the progress of a run, and return the path of the result."""
        outcome = yield from admission.run(self.handler, (self.plugin, *values))
        return str(take(self.result or 0, outcome))


@dataclass
class Batch:
    """A visitor's files: the job that works on them, what came out, and what failed.

    Attributes:
        results: the path of each result, by the values that it was made with.
        failures: the name of each file that failed, and the reason.
    """

    results: dict[str, str] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    total: int = 0
    job: Job | None = None

    def start(self, demo: Demo, files: Sequence[str], settings: Sequence[Any]) -> None:
        """Begin to work on files, in place of those before; what is done already is not done again.

        Raises:
            UserError: if there are none, or too many, or if too many others are waiting.
        """
        if not files:
            raise UserError(NO_FILES)
        if len(files) > MOST_FILES:
            raise UserError(TOO_MANY.format(len(files), MOST_FILES))
        self.cancel()
        self.failures, self.total = [], len(files)
        self.job = QUEUE.submit(lambda: self._work(demo, files, settings))

    def cancel(self) -> None:
        """End the job, if there is one."""
        if self.job is not None:
            self.job.cancel()

    def _work(self, demo: Demo, files: Sequence[str], settings: Sequence[Any]) -> Steps[str]:
        """Yield the progress by file, and return the path of a ZIP file with the results."""
        failures, done = self.failures, list[tuple[str, str]]()  # those of this job: a newer one has its own
        for i, file in enumerate(files):
            progress = Progress(i, len(files), so_far=Path(file).name)
            try:
                done.append((file, (yield from self._make(demo, file, settings, progress))))
            except Exception as error:  # whatever is wrong with one file, the others go on
                failures.append((Path(file).name, handlers.explain(error, demo.handler.__name__)))
        if not done:
            raise UserError(NOTHING_DONE)
        return write_zip(done, f"{demo.plugin.name}_{demo.handler.__name__}")

    def _make(self, demo: Demo, file: str, settings: Sequence[Any], progress: Progress) -> Steps[str]:
        """Yield `progress` at each step, and return the path of a result: that which is there already, or a new one."""
        key = demo.key(file, settings)
        if not Path(self.results.get(key, "")).is_file():
            yield progress
            values = demo.values(file, settings)
            self.results[key] = yield from translate(demo.run(values), lambda _: progress)
        return self.results[key]


def write_zip(results: Sequence[tuple[str, str]], name: str) -> str:
    """Write files into a ZIP file `name`, and return its path; of two with the same name, the second is numbered.

    Args:
        results: for each, the path of the file that it was made from, with whose name its own begins, and its path.
        name: of the ZIP file, without its suffix.
    """
    archive, taken = new_file(f"{name}.zip"), set[str]()
    with zipfile.ZipFile(archive, "w") as file:  # stored: pictures and sounds are compressed already
        for source, path in (map(Path, pair) for pair in results):
            is_named = path.stem.startswith(source.stem)  # others are called the same for each file, such as "clean"
            stem = path.stem if is_named else f"{source.stem}_{path.stem}"
            unique, number = f"{stem}{path.suffix}", 1
            while unique in taken:
                number += 1
                unique = f"{stem}_{number}{path.suffix}"
            taken.add(unique)
            file.write(path, unique)
    return str(archive)


def lay_out(demo: Demo) -> None:
    """Lay out and wire the folded part of a tab in which `demo` runs on several files, where it can."""
    if demo.source is None or demo.result is None:
        return
    state = gr.State(Batch(), delete_callback=Batch.cancel)
    timer = gr.Timer(SECONDS_BETWEEN_LOOKS, active=False)
    with gr.Accordion(TITLE, open=False, elem_classes=BATCH):
        gr.Markdown(EXPLANATION, elem_classes="caption")
        files = gr.File(label=FILES_LABEL, file_count="multiple", height=160)
        with gr.Row():
            start, cancel = gr.Button(RUN, size="sm", variant="primary"), gr.Button(CANCEL, size="sm", visible=False)
            download = gr.DownloadButton(DOWNLOAD, size="sm", visible=False)
        status = gr.HTML(handlers.status(""), padding=False)
    shown = [status, cancel, download, timer]
    options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
    start.click(partial(_begin, demo), [state, files, *demo.inputs], [state, *shown], **options)
    timer.tick(look, state, shown, **options)
    cancel.click(_cancel, state, shown, **options)
    arrived = sending.arrival_of(demo.source)  # as the first own file does, it sets what is for examples only
    files.upload(lambda count: count + 1, arrived, arrived, **options)


def look(batch: Batch) -> tuple[Any, ...]:
    """Return the status of a batch, and its buttons and the timer as they are to be now."""
    if batch.job is None:
        return gr.skip(), gr.skip(), gr.skip(), gr.Timer(active=False)
    ended, done = batch.job.state in ENDED, batch.job.state is State.DONE
    return (
        STATUS.format(_describe(batch, batch.job), Markup("").join(FAILURE.format(*each) for each in batch.failures)),
        gr.Button(visible=not ended),
        gr.DownloadButton(value=batch.job.result or None, visible=done),
        gr.Timer(active=not ended),
    )


def _begin(demo: Demo, batch: Batch, files: Sequence[str] | None, *settings: Any) -> tuple[Any, ...]:
    batch.start(demo, files or [], settings)
    return batch, *look(batch)


def _cancel(batch: Batch) -> tuple[Any, ...]:
    batch.cancel()
    return look(batch)


def _describe(batch: Batch, job: Job) -> Markup:
    """Return the status line of a batch."""
    if job.state is State.RUNNING and job.progress:
        done, total, name = job.progress.done, job.progress.total, job.progress.so_far
        return handlers.STATUS.format(handlers.BAR.format(done, total, WORKING.format(done + 1, total, name)))
    place = QUEUE.place_of(job)
    words = {
        State.WAITING: PLACE.format(place) if place else BEGINS,
        State.RUNNING: BEGINS,
        State.DONE: DONE.format(batch.total - len(batch.failures), batch.total),
        State.FAILED: job.problem,
        State.CANCELED: GO_ON.format(RUN),
    }
    return handlers.status(words[job.state])
