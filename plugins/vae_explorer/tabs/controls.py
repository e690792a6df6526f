"""Controls that several tabs share: the data set, and the seed of test images."""

from __future__ import annotations

from collections.abc import Iterable

import gradio as gr

from core.web import pages

SUBJECT_LABEL, SUBJECT_INFO = "Data set", "What the network was trained on."
TEST_IMAGES_SEED_INFO, TEST_IMAGES_SEED_BUTTON = "The same seed, the same test images.", "New images"


def subject_radio(subjects: Iterable[str], info: str = SUBJECT_INFO) -> gr.Radio:
    """Return the choice of one of `subjects`, the names of data sets; "digits" is chosen at first."""
    return gr.Radio(list(subjects), value="digits", label=SUBJECT_LABEL, info=info)


def test_images_seed() -> gr.Number:
    """Return the seed by which test images are chosen, with a button that sets a random one."""
    return pages.seed_with_button(TEST_IMAGES_SEED_INFO, TEST_IMAGES_SEED_BUTTON)
