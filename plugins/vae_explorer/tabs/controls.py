"""Controls that several tabs share: the data set, and the column of a tab that reconstructs test images."""

from __future__ import annotations

from collections.abc import Iterable

import gradio as gr

from core.web import pages
from core.web.pages import Page

SUBJECT_LABEL, SUBJECT_INFO = "Data set", "What the network was trained on."
TEST_IMAGES_SEED_INFO, TEST_IMAGES_SEED_BUTTON = "The same seed, the same test images.", "New images"


def subject_radio(subjects: Iterable[str], info: str = SUBJECT_INFO) -> gr.Radio:
    """Return the choice of one of `subjects`, the names of data sets, the first of which is chosen at first."""
    names = list(subjects)
    return gr.Radio(names, value=names[0], label=SUBJECT_LABEL, info=info)


def test_images_column(page: Page, introduction: str) -> tuple[gr.Number, gr.HTML]:
    """Lay out the column "source" of a tab that reconstructs random test images: its introduction, seed and status.

    Returns:
        The seed, with a button that sets a random one, and the status line.
    """
    with pages.column("source"):
        gr.Markdown(introduction)
        seed = pages.seed_with_button(TEST_IMAGES_SEED_INFO, TEST_IMAGES_SEED_BUTTON)
        return seed, page.status("")
