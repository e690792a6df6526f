"""A tab for each kind of file other than images, one of them the plugin's own; what they do needs no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import gradio as gr

from core import sounds
from core.kinds import Kind, Sources
from core.plugin import Plugin
from core.sounds import Samples, Sound
from core.tables import Table
from core.web import pages
from core.web.pages import Page


def write_chords(chords: list[str], path: Path, sources: Sources) -> None:
    """Write chords to a file."""
    path.write_text(" ".join(chords), encoding="utf-8")


Chords = Annotated[list[str], Kind("song", (".chords",), lambda path: path.read_text().split(), write_chords)]


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, {"Text": text_tab, "Table": table_tab, "Sound": sound_tab, "Chords": chords_tab})


def text_tab(page: Page, opened: Any) -> None:
    """Lay out and wire the tab of texts."""
    text, times = pages.text_input("Your text", "ab <b>"), gr.Slider(1, 9, 1, step=1, label="Times")
    result, run = gr.Textbox(label="Repeated"), gr.Button("Repeat")
    page.bind(repeat, [run.click], [text, times], [result], page.status(""))


def table_tab(page: Page, opened: Any) -> None:
    """Lay out and wire the tab of tables."""
    table, run = pages.table_input("Your table"), gr.Button("Sum up")
    result, download = gr.Dataframe(label="Sums"), gr.DownloadButton("Download")
    page.bind(sum_up, [run.click], [table], [result, download], page.status(""))


def sound_tab(page: Page, opened: Any) -> None:
    """Lay out and wire the tab of sounds."""
    sound, run = gr.Audio(type="filepath", format="wav", label="Your sound"), gr.Button("Reverse")
    result = gr.Audio(type="filepath", format="wav", interactive=False, label="Reversed")
    page.bind(reverse, [run.click], [sound], [result], page.status(""))


def chords_tab(page: Page, opened: Any) -> None:
    """Lay out and wire the tab of chords."""
    chords, run = gr.File(label="Your chords", file_types=[".chords"]), gr.Button("Double")
    result = gr.File(label="Doubled", interactive=False)
    page.bind(double, [run.click], [chords], [result], page.status(""))


def repeat(plugin: Plugin, text: str = "", times: int = 1) -> tuple[str]:
    """Repeat a text.

    Args:
        text: the text.
        times: how often.
    """
    return (text * int(times),)


def sum_up(plugin: Plugin, table: Table | None = None) -> tuple[Any, str]:
    """Sum up the columns of a table.

    Args:
        table: of numbers.
    """
    sums = pages.require(table, "table").sum().rename_axis("column").reset_index(name="sum")
    return sums, pages.write_file(sums, Table, "sums")


def reverse(plugin: Plugin, sound: str | None = None) -> tuple[str]:
    """Reverse a sound.

    Args:
        sound: a WAV file.
    """
    read = sounds.load(pages.require(sound, "sound")) if sound else Samples(sounds.make_samples()[0].values, 8000)
    return (pages.write_file(Samples(read.values[::-1], read.rate), Sound, "reversed"),)


def double(plugin: Plugin, chords: str | None = None) -> tuple[str]:
    """Write each chord twice.

    Args:
        chords: their names, with spaces between them.
    """
    read = Path(chords).read_text(encoding="utf-8").split() if chords else ["C", "G"]
    return (pages.write_file([chord for each in read for chord in (each, each)], Chords, "doubled"),)
