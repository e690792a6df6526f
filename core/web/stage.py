"""The stage of a page that compares before and after: with its status line, and the buttons Run, Stop and Download."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
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
        download = download_button(before_after, itemgetter(1))
    return Stage(before_after, status, run, stop, download)


def download_button(result: Any, path_of: Callable[[Any], str]) -> gr.DownloadButton:
    """Return the button that offers a result for download, laid out beside a choice of its format.

    Args:
        result: the component or the `gr.State` that holds the result.
        path_of: returns the path of the PNG that `write_result` wrote, of the value of `result`.
    """
    download = gr.DownloadButton(DOWNLOAD, variant="primary", size="sm", scale=0, interactive=False)
    file_format = gr.Radio(list(FILE_FORMATS), value="PNG", show_label=False, container=False, min_width=200)

    def offer(value: Any, chosen: str) -> Any:
        return offer_download(value and path_of(value), chosen)

    gr.on(
        [result.change, file_format.input],
        handlers.with_errors(offer),
        [result, file_format],
        download,
        show_progress="hidden",
        api_visibility="private",
    )
    return download


def offer_download(png: str | None, file_format: str) -> Any:
    """Return the download button for the PNG of a result, in `file_format`."""
    label = DOWNLOAD.replace("PNG", file_format)
    return gr.DownloadButton(label) if png is None else gr.DownloadButton(label, value=convert(png, file_format))
