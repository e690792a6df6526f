"""What a demo starts from: a visitor's file, or one of those in the plugin's `examples/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from core import sounds, tables, texts
from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.web.components import PictureInput, examples, picture_input
from core.web.file_inputs import TableInput, TextInput, table_input, text_input

if TYPE_CHECKING:
    from core.web.page import Page  # it imports this module

FOLDER = "examples"
NONE = "{} has no file that ends in {}: put one there."


def picture_source(page: Page, label: str, also: Mapping[Any, Any] | None = None) -> tuple[PictureInput, Any]:
    """Return a `picture_input` with the first picture of `examples/`, and the event of another one; see `examples`.

    Args:
        page: the page that it stands on.
        label: of the picture.
        also: other components, and the value that each gets when an example is chosen.

    Raises:
        UserError: if there is no example.
    """
    pictures = list_examples(page.plugin, images.SUFFIXES)
    picture = picture_input(label, first=pictures[0])
    return picture, examples(pictures, picture, also or {})


def sound_source(page: Page, label: str) -> gr.Audio:
    """Return a component to drop a sound on, or to record one, with the first sound of `examples/`.

    A handler gets the path of a WAV file, or None. Raises UserError if there is no example.
    """
    first = list_examples(page.plugin, sounds.SUFFIXES)[0]
    return gr.Audio(str(first), type="filepath", format="wav", label=label)


def text_source(page: Page, label: str) -> TextInput:
    """Return a field for a text, with the first one of `examples/`, and a button that opens a file.

    A handler gets the text. Raises UserError if there is no example.
    """
    return text_input(label, texts.load(list_examples(page.plugin, texts.SUFFIXES)[0]))


def table_source(page: Page, label: str) -> TableInput:
    """Return an editable table, with the first one of `examples/`, and a button that opens a file.

    A handler gets a data frame, or None where the visitor has removed all columns. Raises UserError if there is no
    example.
    """
    return table_input(label, tables.load(list_examples(page.plugin, tables.SUFFIXES)[0]))


def list_examples(plugin: Plugin, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files of a plugin's `examples/` that end in one of some suffixes. Raises UserError if none does."""
    folder = plugin.record.folder / FOLDER
    if files := sorted(path for path in folder.glob("*") if path.suffix.lower() in suffixes):
        return files
    raise UserError(NONE.format(folder, " or ".join(suffixes)))
