"""The stage of a page that compares before and after: with its status line, and the buttons Run, Stop and Download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from core.imaging.images import Image
from core.web.comparison import WORDS, comparison
from core.web.output_files import FILE_FORMATS, convert, stem, write_all, write_png, write_result

if TYPE_CHECKING:
    from core.web.page import Page  # it imports this module
    from core.web.runs import Demo

RUN, STOP, DOWNLOAD = "Run", "Stop", "Download PNG"
FILE_FORMAT = "File format"


class Stage(NamedTuple):
    """The components of `before_after_stage`."""

    comparison: gr.HTML
    status: gr.HTML
    run: gr.Button
    stop: gr.Button
    download: gr.DownloadButton

    def bind(
        self,
        page: Page,
        handler: Callable[..., Any],
        triggers: Sequence[Any],
        inputs: Sequence[Any],
        outputs: Sequence[Any] = (),
    ) -> Demo:
        """Run `handler` at `triggers` and at Run, with the stage's status line and Stop; see `Page.bind`.

        Args:
            page: the page that it stands on.
            handler: returns the values of the comparison, of `outputs` and of the download, as `write_before_after`
                does where there are no others.
            triggers: events and controls.
            inputs: the components whose values it gets after the plugin.
            outputs: what it fills beside the stage.
        """
        filled = [self.comparison, *outputs, self.download]
        return page.bind(handler, [*triggers, self.run.click], inputs, filled, self.status, self.stop)


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


def write_before_after(before: Image, after: Image, photo: str | bytes, suffix: str) -> tuple[Any, ...]:
    """Write a visitor's photo and what was made of it as PNGs, and return the values of the stage's outputs.

    Args:
        before: (h, w, c), 0 to 1.
        after: the result.
        photo: the photo as it was dropped; the result keeps its name, bits per channel and EXIF data.
        suffix: appended to the photo's name, such as "denoised".
    """
    paths = write_all(
        lambda: write_png(before, stem(photo, "before")),
        lambda: write_result(after, photo, suffix),
    )
    return tuple(paths), gr.DownloadButton(value=paths[1], interactive=True)


def download_button(result: Any, path_of: Callable[[Any], str]) -> gr.DownloadButton:
    """Return the button that offers a result for download, laid out beside a choice of its format.

    Args:
        result: the component or the `gr.State` that holds the result.
        path_of: returns the path of the PNG that `write_result` wrote, of the value of `result`.
    """
    download = gr.DownloadButton(DOWNLOAD, variant="primary", size="sm", scale=0, interactive=False)
    file_format = gr.Radio(
        list(FILE_FORMATS), value="PNG", label=FILE_FORMAT, show_label=False, container=False, min_width=200
    )

    def offer(value: Any, chosen: str) -> Any:
        return offer_download(value and path_of(value), chosen)

    gr.on(
        [result.change, file_format.input],
        offer,
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
