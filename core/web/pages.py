"""The Gradio idioms that every page shares: binding a handler, comparing, progress, cancel, errors, status, footer.

A handler takes the plugin and what its input components hold, and returns what its output components get, as a
tuple, or None to leave the page as it is; a slow one is a generator that yields `Progress` first, so that it shows
how far it is and can be stopped. What a step holds `so_far` is shown meanwhile: a tuple, as the result is.
"""

from __future__ import annotations

import base64
import html
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import gradio as gr
import numpy as np
from gradio.data_classes import ImageData
from gradio.utils import get_upload_folder

from core import scripts
from core.errors import HubError
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.registry import Record
from core.web import handlers

DEVICE_QUEUE = "device"  # one call at a time computes, whichever page it came from
LONG_QUEUE, LONG_QUEUE_LIMIT = "patient", 2  # calls that go on for long, and leave room for others at each step
Dropped = str | bytes | None  # a path, the bytes of a `data:` URL, or nothing
LOGGER = logging.getLogger(__name__)
LAST_SEED = 2**32 - 1
CLICKABLE, FILLING = "clickable", "filling"
SKETCH_SIDE, SKETCH_PEN = 280, 12  # pixels


class Page:
    """One plugin's page while it is built: its title, device badge and status line, and how its handlers are wired."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.blocks = gr.Blocks(title=plugin.record.title, analytics_enabled=False, fill_width=True)

    def header(self) -> None:
        """Put the plugin's title, its one sentence, and where it runs with which weights, once that is known."""
        header = gr.HTML(_header(self.plugin.record, "Loading the network …"), padding=False)
        self.blocks.load(self._describe, None, header, api_visibility="private", show_progress="hidden")
        self.blocks.load(None, None, None, js=scripts.CLICKS_WHILE_DRAGGING, api_visibility="private")

    def tabs(self, tabs: Mapping[str, Callable[[Page, Any], None]]) -> None:
        """Put a tab for each name, laid out by a function of this page and the event at which the tab is first opened.

        A tab draws then: not before somebody looks, and not each time that it is returned to.
        """
        with gr.Tabs():
            for i, (name, lay_out) in enumerate(tabs.items()):
                with gr.Tab(name) as tab:
                    opened = gr.State(False)
                    tab.select(lambda: True, None, opened, api_visibility="private")
                    lay_out(self, opened.change if i else self.blocks.load)

    def status(self, invitation: str) -> gr.HTML:
        """Return the line that says how far a call is, then how long it took."""
        return gr.HTML(handlers.status(invitation), padding=False)

    def bind(
        self,
        handler: Callable[..., Any],
        triggers: Sequence[Any],
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        status: gr.HTML,
        stop: gr.Button | None = None,
        patient: bool = False,
    ) -> Any:
        """Run `handler` at each of `triggers`; over the API and MCP it is called `<plugin>_<handler>`.

        Its docstring is the API's; `stop` cancels it between two steps. One that is `patient` goes on for long, in
        small steps, between which the calls of others are answered. A UserError is shown as it is, anything
        else is logged and apologised for; what was on the page stays in either case. Returns what `cancels` takes.
        """
        name = f"{self.plugin.name}_{handler.__name__}"
        running = gr.on(
            list(triggers),
            handlers.with_status(self.plugin, handler, name, len(outputs)),
            inputs=list(inputs),
            outputs=[*outputs, status],
            api_name=name,
            concurrency_id=LONG_QUEUE if patient else DEVICE_QUEUE,
            concurrency_limit=LONG_QUEUE_LIMIT if patient else 1,
            show_progress="hidden" if patient else "minimal",  # what it yields is to be seen
            show_progress_on=list(outputs)[:1],
            trigger_mode="multiple" if patient else "always_last",  # the last would wait for one that was cancelled
        )
        if stop is not None:
            stop.click(lambda: handlers.status("Stopped."), None, status, cancels=[running], api_visibility="private")
        return running

    def _describe(self) -> str:
        try:
            more = len(self.plugin.record.ready_manifest.checkpoints) - 1
            described = self.plugin.describe() + (f" and {more} more" if more else "")
            return _header(self.plugin.record, described)
        except HubError as error:  # nothing that a visitor could mend
            LOGGER.error("%s: %s", self.plugin.name, error)
            return _header(self.plugin.record, handlers.UNREACHABLE)
        except (Exception, SystemExit) as error:  # the page stays up, and says what is wrong
            LOGGER.exception("%s has no network", self.plugin.name)
            return _header(self.plugin.record, str(error))

    def footer(self) -> None:
        """Put the model card, folded, and a button that copies a link to the page as it stands."""
        card = self.plugin.record.folder / "README.md"
        with gr.Row():
            gr.DeepLinkButton("Copy a link to this", size="sm", scale=0, min_width=180)
        with gr.Accordion("Model card: data, training, scores, limits", open=False):
            gr.Markdown(_without_front_matter(card.read_text()))


def tabbed(plugin: Plugin, tabs: Mapping[str, Callable[[Page, Any], None]]) -> gr.Blocks:
    """Return a page of nothing but `Page.tabs` between its header and its footer."""
    page = Page(plugin)
    with page.blocks:
        page.header()
        page.tabs(tabs)
        page.footer()
    return page.blocks


def workbench() -> gr.Row:
    """Return the row that a demo is laid out in: `source`, `stage` and `settings`, in this order on a phone.

    On a wider screen the stage, where the result is, stands beside the other two.
    """
    return gr.Row(elem_classes="workbench")


def column(part: str) -> gr.Column:
    """Return one part of the workbench: "source", "stage" or "settings"."""
    return gr.Column(elem_classes=part)


def examples(
    pictures: Sequence[Path], target: gr.Image, also: Mapping[Any, Any], label: str = "Or one of these"
) -> None:
    """Put thumbnails that place a picture into `target`, and into each component of `also` its value."""
    thumbnails = gr.Dataset(components=[target], samples=[[str(path)] for path in pictures], label=label, type="index")
    values = dict(also)

    def place(index: int) -> dict[Any, Any]:
        return {target: str(pictures[index])} | values

    thumbnails.click(place, thumbnails, [target, *also], api_visibility="private")


def picture_input(label: str, height: int = 260) -> gr.Image:
    """Return the place to drop a picture, or to take one with the camera.

    Its handler gets the file as it was dropped (see `Dropped`), undecoded, for `images.load` to judge.
    """
    picture = gr.Image(label=label, type="filepath", format="png", height=height)
    picture.preprocess = _as_dropped  # not a subclass: Gradio writes a .pyi file beside the module of each
    return picture


def comparison(label: str) -> gr.ImageSlider:
    """Return a before/after slider for two PNG files, which reach the browser bit for bit."""
    return gr.ImageSlider(
        label=label,
        type="filepath",
        format="png",
        interactive=False,
        max_height=680,
        buttons=["fullscreen"],
        elem_classes="hero",
    )


class Stage(NamedTuple):
    """The components of `before_after_stage`."""

    comparison: gr.ImageSlider
    status: gr.HTML
    stop: gr.Button
    download: gr.DownloadButton


def before_after_stage(page: Page, label: str, invitation: str) -> Stage:
    """Return a before/after slider with its status line, Stop and Download PNG, laid out below each other.

    Args:
        page: the page that they stand on.
        label: what the slider compares.
        invitation: what the status line says until the first call.
    """
    before_after = comparison(label)
    status = page.status(invitation)
    with gr.Row():
        stop = gr.Button("Stop", size="sm", scale=0, min_width=80)
        download = gr.DownloadButton("Download PNG", variant="primary", size="sm", scale=0, interactive=False)
    return Stage(before_after, status, stop, download)


def seed_number(info: str) -> gr.Number:
    """Return where a seed is set, 0 at first; `info` says what it is of."""
    return gr.Number(0, label="Seed", info=info, precision=0, minimum=0, maximum=LAST_SEED)


def random_seed() -> int:
    """Return a seed that nobody has chosen."""
    return int(np.random.default_rng().integers(LAST_SEED))


def seed_with_button(info: str, words: str) -> gr.Number:
    """Return where a seed is set, above a button that says `words` and draws another."""
    seed = seed_number(info)
    gr.Button(words, variant="primary").click(random_seed, None, seed, api_visibility="private")
    return seed


def result_picture(
    label: str, visible: bool = True, height: int | None = None, show_label: bool = True, classes: str | None = None
) -> gr.Image:
    """Return a picture that is shown, never edited: a PNG file, bit for bit."""
    return gr.Image(
        label=label,
        type="filepath",
        format="png",
        interactive=False,
        buttons=["download", "fullscreen"],
        visible=visible,
        height=height,
        min_width=160 if height is None else 120,  # low ones stand side by side on a phone
        show_label=show_label,
        elem_classes=classes,
    )


def captioned_image(caption: str, classes: str | None = None) -> gr.Image:
    """Return a picture like `result_picture`, its words above it and not on it: for sheets of small pictures."""
    with gr.Column(min_width=280):
        gr.Markdown(caption, elem_classes="caption")
        return result_picture(caption, show_label=False, classes=classes)


def clickable_picture(label: str) -> gr.Image:
    """Return a picture whose `select` event says where it was clicked, over and over while it is dragged on."""
    return result_picture(label, classes=CLICKABLE)


def sketchpad(label: str, opened: Any) -> gr.Sketchpad:
    """Return a pad to draw on with a thick black pen, taken up at the event `opened`; see `write_sketch`."""
    pen = gr.Brush(default_size=SKETCH_PEN, colors=["#000000"], color_mode="fixed")
    side = SKETCH_SIDE, SKETCH_SIDE
    pad = gr.Sketchpad(
        label=label, type="numpy", image_mode="RGBA", canvas_size=side, brush=pen, layers=False, elem_classes="sketch"
    )
    opened(None, None, None, js=scripts.TAKE_UP_THE_PEN, api_visibility="private")
    return pad


def write_sketch(drawn: dict[str, Any] | None) -> str:
    """Return the path of a PNG of what was drawn, black on white. Raises gr.Error where nothing was."""
    if drawn is None or drawn["composite"] is None:
        raise gr.Error("Draw something first.", title="Nothing there", print_exception=False)
    return write_png(images.composite_on_white(images.from_uint8(drawn["composite"])), "drawing")


def new_file(name: str) -> Path:
    """Return where to write a new file `name` that the page is to show; the app removes it later."""
    folder = Path(get_upload_folder()) / uuid.uuid4().hex
    folder.mkdir(parents=True)
    return folder / name


def write_png(image: Image, name: str, depth: int = 8) -> str:
    """Return the path of a new file `<name>.png` that holds `image` at `depth` bits a channel; the app removes it."""
    path = new_file(f"{name}.png")
    images.save(image, path, depth)
    return str(path)


def stem(photo: str | bytes, suffix: str) -> str:
    """Return what to call a result: the original's name, if it has one, then `suffix`."""
    return f"{Path(photo).stem if isinstance(photo, str) else 'picture'}_{suffix}"


def message_page(title: str, message: str) -> gr.Blocks:
    """Return a page that says why a plugin is not there."""
    with gr.Blocks(title=title, analytics_enabled=False) as blocks:
        gr.HTML(
            f'<div class="page-title"><h1>{html.escape(title)}</h1></div>'
            f'<div class="problem"><p>This demo is not running.</p><p>{html.escape(message)}</p></div>'
        )
    return blocks


def _as_dropped(payload: ImageData | None) -> Dropped:
    if payload is None or payload.path is not None:
        return payload and payload.path
    _, _, encoded = (payload.url or "").partition(";base64,")
    try:
        return base64.b64decode(encoded, validate=True) or _refuse_address()
    except ValueError:
        return _refuse_address()


def _refuse_address() -> NoReturn:
    raise gr.Error("The picture cannot be read from that address: upload the file itself.", print_exception=False)


def _header(record: Record, badge: str) -> str:
    title, summary, badge = map(html.escape, (record.title, record.ready_manifest.summary, badge))
    return f'<div class="page-title"><h1>{title}</h1><p>{summary}</p><p class="badge">{badge}</p></div>'


def _without_front_matter(card: str) -> str:
    return card.split("\n---\n", 1)[-1] if card.startswith("---\n") else card
