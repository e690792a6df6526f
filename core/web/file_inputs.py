"""Inputs that hold what is in a file: a text, or a table, which is typed, edited, opened from a file, or sent on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.components.dataframe import DataframeData

from core import tables, texts
from core.errors import UserError
from core.web.components import NoStubFile

if TYPE_CHECKING:
    from core.tables import DataFrame

OPEN = "Open {}"
LINES = 8, 20  # of a text: shown at least, and at most before it scrolls
TABLE_HEIGHT = 320  # pixels, before it scrolls
MOST_CELLS = 200_000  # of a table on a page, which the browser holds, too
TOO_MANY = "{} has {:,} cells, and a page takes {:,}: use the command line, or fewer rows."


class TextInput(gr.Textbox, metaclass=NoStubFile):  # type: ignore[misc]
    """A text, which a handler gets as a string; `core.web.sources.text_source` makes one."""

    is_template = True  # the browser's part is that of gr.Textbox
    opener: gr.UploadButton

    def preprocess(self, payload: str | None) -> str:
        """Return the text; none is an empty one."""
        return payload or ""

    @staticmethod
    def read(path: str) -> str:
        """Return the text in a file. Raises UserError where it holds none."""
        return texts.load(path)


class TableInput(gr.Dataframe, metaclass=NoStubFile):  # type: ignore[misc]
    """A table, which a handler gets as a data frame, with the types that a CSV file of it would have."""

    is_template = True
    opener: gr.UploadButton

    def preprocess(self, payload: DataframeData | None) -> DataFrame | None:
        """Return the table, or None where nothing is in it. Raises UserError for one that is ragged."""
        if payload is None or _is_blank(payload):
            return None
        return tables.from_rows(payload.headers, payload.data)

    @staticmethod
    def read(path: str) -> DataFrame:
        """Return the table in a CSV file. Raises UserError where it holds none, or a large one."""
        table = tables.load(path)
        if table.size > MOST_CELLS:
            raise UserError(TOO_MANY.format(Path(path).name, table.size, MOST_CELLS))
        return table


def _is_blank(table: DataframeData) -> bool:
    """Return whether nothing is in a table: Gradio gives it three columns without names, which it numbers."""
    numbers = [str(number) for number in range(1, len(table.headers) + 1)]
    return table.headers == numbers and all(cell in ("", None) for row in table.data for cell in row)


FileInput = TextInput | TableInput


def text_input(label: str, first: str = "") -> TextInput:
    """Return a field for a text, `first` when the page opens, above a button that opens a file."""
    text = TextInput(first, label=label, lines=LINES[0], max_lines=LINES[1])
    _add_opener(text, texts.SUFFIXES)
    return text


def table_input(label: str, first: Any = None) -> TableInput:
    """Return an editable table, `first` when the page opens, above a button that opens a file."""
    table = TableInput(first, label=label, interactive=True, max_height=TABLE_HEIGHT)
    _add_opener(table, tables.SUFFIXES)
    return table


def _add_opener(target: Any, suffixes: Sequence[str]) -> None:
    """Add a button to an input that opens a file."""
    target.arrived = gr.State(0)  # as `core.web.sending.arrival_of` makes it
    target.opener = gr.UploadButton(OPEN.format(suffixes[0]), file_types=[*suffixes], size="sm", scale=0)

    def open_file(path: str, count: int) -> tuple[Any, int]:
        return target.read(path), count + 1

    target.opener.upload(
        open_file,
        [target.opener, target.arrived],
        [target, target.arrived],
        api_visibility="private",
        show_progress="hidden",
    )
