"""The stage of a page that compares before and after: with its status line, and the buttons Run, Stop and Download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from core.web import handlers
from core.web.comparison import WORDS, comparison
from core.web.output_files import FILE_FORMATS, convert

if TYPE_CHECKING:
    from core.web.pages import Page  # it imports this module

RUN, STOP, DOWNLOAD = "Run", "Stop", "Download PNG"


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
        handlers.with_errors(offer_download),
        [before_after, file_format],
        download,
        show_progress="hidden",
        api_visibility="private",
    )
    return Stage(before_after, status, run, stop, download)


def offer_download(shown: tuple[str, str] | None, file_format: str) -> Any:
    """Return the download button for the second of the two pictures that are compared, in `file_format`."""
    label = DOWNLOAD.replace("PNG", file_format)
    if shown is None:
        return gr.DownloadButton(label)
    return gr.DownloadButton(label, value=convert(shown[1], file_format))
