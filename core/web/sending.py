"""Results that are sent on: a picture, a sound, a text or a table of one page becomes the input of another, as a file.

The browser keeps what is sent in the session of its tab, until the other page is open (`scripts/sending.js`), and hands
it over as it does an uploaded file. So the file is the visitor's own: its path is known to nobody else, and
`core.web.calls` refuses one outside of the folder of uploads and results.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from markupsafe import Markup

from core.errors import UserError
from core.imaging import images
from core.web.file_inputs import FileInput, TableInput, TextInput
from core.web.handlers import translated
from core.web.translation import ENGLISH, LANGUAGES

LONGEST_ORIGIN = 200  # characters
FILES = gr.Image, gr.Audio, gr.Video  # components whose value is a file
KINDS = {  # of inputs
    "image": gr.Image,
    "audio": gr.Audio,
    "video": gr.Video,
    "text": TextInput,
    "table": TableInput,
}
VALUES = {"text": gr.Textbox, "table": gr.Dataframe}  # of outputs that hold no file, but what one could
NOTE = "(value) => window.noteValue({}, {}, {}, value)"
TAKE = "() => window.takeSent()"
CHECK = "(file) => { window.checkOrigin(file); return []; }"
FROM = "From {}: {}"
DEEP = "{}, 16 bits per channel"
ORIGIN = Markup('<p class="origin" data-origin="{}" data-file="{}">{}</p>')


@dataclass(frozen=True)
class Receiver:
    """Where a page takes what is sent to it.

    Attributes:
        tab: the name of the tab in links.
        tab_title: its title.
        component: the input.
    """

    tab: str
    tab_title: str
    component: Component

    @property
    def kind(self) -> str:
        """What it takes, one of `KINDS`."""
        return next(kind for kind, component in KINDS.items() if isinstance(self.component, component))

    @property
    def taker(self) -> Component:
        """The component that the browser hands the file over to: the input itself, or the button that opens files."""
        return self.component.opener if isinstance(self.component, FileInput) else self.component


@dataclass(frozen=True)
class Offer:
    """A tab to which results can be sent, as the browser knows it: titles, the page's path, and what it takes."""

    title: str
    tab_title: str
    path: str
    tab: str
    kind: str


def find(inputs: Sequence[Any]) -> Component | None:
    """Return the first of a handler's inputs that can be sent a result."""
    return next((each for each in inputs if _receives(each) and each.interactive is not False), None)


def _receives(component: Any) -> bool:
    return isinstance(component, tuple(KINDS.values()))


def takes_file(component: Any) -> bool:
    """Return whether the value of a component is a picture, a sound or a video."""
    return isinstance(component, FILES)


def arrival_of(component: Component) -> gr.State:
    """Return the state that changes when a result has been sent to `component`; it is made at the first call."""
    if not hasattr(component, "arrived"):
        component.arrived = gr.State(0)
    state: gr.State = component.arrived
    return state


def offer(outputs: Sequence[Component], blocks: gr.Blocks) -> None:
    """Let the texts and tables among outputs be sent on: the browser makes a file of one that is."""
    for kind, types in VALUES.items():
        for output in (each for each in outputs if isinstance(each, types)):
            output.elem_id = output.elem_id or f"result-{output._id}"
            words = map(json.dumps, (output.elem_id, kind, output.label or kind))
            events = [output.change, blocks.load]
            gr.on(events, None, output, None, js=NOTE.format(*words), api_visibility="private", show_progress="hidden")


def receive(receiver: Receiver, note: gr.HTML, file: Any, origin: str) -> dict[Any, Any]:
    """Return the values of the components when a page is opened: those of `file`, if one was sent.

    Args:
        receiver: where it goes.
        note: where the page says where it came from.
        file: what `receiver.taker` gives to a handler; None where nothing was sent.
        origin: the titles of the pages that it went through.
    """
    if file is None:
        return {}
    shown = ORIGIN.format(origin[:LONGEST_ORIGIN], _name(file), FROM.format(origin[:LONGEST_ORIGIN], _describe(file)))
    try:
        value = read(receiver.component, file)
    except UserError as error:
        gr.Warning(translated(str(error)))
        return {}
    return {receiver.component: value, arrival_of(receiver.component): 1, note: gr.HTML(shown, visible=True)}


def read(component: Component, file: Any) -> Any:
    """Return the value of an input for a file: itself, or what is in it. Raises UserError if it cannot be read."""
    return component.read(file) if isinstance(component, FileInput) else file


def outputs_of(receiver: Receiver, note: gr.HTML) -> list[Component]:
    """Return the components that `receive` sets."""
    return [receiver.component, arrival_of(receiver.component), note]


def script(offers: Iterable[Offer], embeddable: bool = False) -> str:
    """Return JavaScript that tells the browser where results can be sent, and whether other sites may frame the app."""
    embed = "document.body.classList.add('embeddable');\n" if embeddable else ""
    languages = f"window.languages = {json.dumps(LANGUAGES)}; window.language ??= '{ENGLISH}';\n"
    return f"{languages}window.receivers = {json.dumps([asdict(offer) for offer in offers])};\n{embed}"


def offers_of(pages: Mapping[str, tuple[str, Receiver | None]]) -> list[Offer]:
    """Return what the browser is to know, given the title and the receiver of each page by its path."""
    return [Offer(title, each.tab_title, path, each.tab, each.kind) for path, (title, each) in pages.items() if each]


def _name(file: Any) -> str:
    return Path(file).name if isinstance(file, str) else ""


def _describe(file: Any) -> str:
    """Return the name of a file and, of a deep picture, its bits."""
    name = _name(file)
    is_picture = Path(name).suffix.lower() in images.SUFFIXES
    return DEEP.format(name) if is_picture and images.bit_depth(file) == 16 else name
