"""The tab that mixes the styles of cats: the coarse resolutions of one, and the fine ones of another."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import choose
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import pages, sheets
from core.web.pages import Page

from .. import latents
from ..composed import CHECKPOINT
from .subjects import CATS, SUBJECTS

SIZES = {"from 4 pixels on": 4, "from 8 pixels on": 8, "from 16 pixels on": 16}
FIRST_SIZE = "from 16 pixels on"
ROWS, COLUMNS = 4, 6
FIRST_ROW_SEED, FIRST_COLUMN_SEED = 426, 442

INTRODUCTION = (
    "**The shape of one cat, the colors of another.** The generator draws from coarse to fine, from 4 to 32 pixels, "
    "and the style modulates each step. Here the first steps get the style of the cat at the left, the last ones that "
    "of the cat at the top ([style mixing](https://arxiv.org/abs/1812.04948))."
)
CAPTION = "Shape from the left column, colors from the top row"
ROW_INFO, COLUMN_INFO = "Of the first cat at the left.", "Of the first cat at the top."
SIZE_LABEL, SIZE_INFO = "Change the style", "Earlier: more comes from the top, and at 8 the two do not fit together."
LEFT_BUTTON, TOP_BUTTON = "Others at the left", "Others at the top"


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            size = gr.Radio(list(SIZES), value=FIRST_SIZE, label=SIZE_LABEL, info=SIZE_INFO)
            rows = pages.seed_with_button(ROW_INFO, LEFT_BUTTON, FIRST_ROW_SEED)
            columns = pages.seed_with_button(COLUMN_INFO, TOP_BUTTON, FIRST_COLUMN_SEED)
            status = page.status("")
            gr.Markdown(SUBJECTS[CATS].credit)
        with pages.column("stage"):
            shown = pages.captioned_image(CAPTION, pages.SHEET)
    page.bind(mix_cats, [opened, rows, columns, size], [rows, columns, size], [shown], status)


def mix_cats(
    plugin: Plugin, rows: int = FIRST_ROW_SEED, columns: int = FIRST_COLUMN_SEED, switch: str = FIRST_SIZE
) -> tuple[str]:
    """Mix the styles of four cats with those of six others: a table of the results.

    Args:
        rows: seed of the first cat at the left, whose style is used at coarse resolutions.
        columns: seed of the first cat at the top, whose style is used at fine resolutions.
        switch: where the style changes: "from 4 pixels on", "from 8 pixels on" or "from 16 pixels on".
    """
    pixels = choose(SIZES, switch, "place where the style changes")
    left, top = latents.consecutive_seeds(int(rows or 0), ROWS), latents.consecutive_seeds(int(columns or 0), COLUMNS)
    coarse, fine = (tuple(each) for each in np.array([(i, j) for i in left for j in top]).T.tolist())
    mixed = plugin.run("mix", coarse, fine, pixels, checkpoint=CHECKPOINT)
    at_left, at_top = (plugin.run("generate", len(seeds), seeds[0], checkpoint=CHECKPOINT) for seeds in (left, top))
    return (sheets.write_rows(_table(at_left, at_top, mixed), f"mixed_{left[0]}_{top[0]}"),)


def _table(left: Image, top: Image, mixed: Image) -> list[tuple[str, Image]]:
    """Return the rows of a sheet: `top` (m, …) above, `left` (n, …) before the rows of `mixed` (n · m, …)."""
    head = np.concatenate([np.ones_like(top[:1]), top])
    rows = mixed.reshape(len(left), len(top), *mixed.shape[1:])
    return [
        ("colors", head),
        *(("shape", np.concatenate([one[None], row])) for one, row in zip(left, rows, strict=True)),
    ]
