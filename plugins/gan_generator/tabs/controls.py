"""Controls that several tabs share: data set, class and truncation."""

from __future__ import annotations

from typing import Any

import gradio as gr

from . import subjects
from .subjects import ANY, SUBJECTS

SUBJECT_LABEL, SUBJECT_INFO = "Data set", "What the network was trained on."
CLASS_LABEL, CLASS_INFO = "Class", "Which kind of image to generate."
FIRST_CLASS, FIRST_TRUNCATION, FIRST_SEED = "monsters", 0.65, 423  # creatures that a visitor recognizes as such
TRUNCATION_LABEL, TRUNCATION_INFO = "Truncation", "Lower: closer to the average. Better images, but less variety."


def subject_radio() -> gr.Radio:
    """Return the choice of the data set; the first is chosen."""
    return gr.Radio(list(SUBJECTS), value=next(iter(SUBJECTS)), label=SUBJECT_LABEL, info=SUBJECT_INFO)


def truncation_slider() -> gr.Slider:
    """Return the slider of the factor of the latent vectors, 0 to 1."""
    return gr.Slider(0, 1, FIRST_TRUNCATION, step=0.05, label=TRUNCATION_LABEL, info=TRUNCATION_INFO)


def class_dropdown() -> gr.Dropdown:
    """Return the choice of the class. Callers of the API may name classes of the other data set too."""
    first = next(iter(SUBJECTS.values()))
    classes = [ANY, *first.classes]
    return gr.Dropdown(classes, value=FIRST_CLASS, label=CLASS_LABEL, info=CLASS_INFO, allow_custom_value=True)


def update_classes(subject: gr.Radio, class_name: gr.Dropdown) -> Any:
    """Offer the classes of the chosen data set, and return the event that fires once they have been updated."""
    updates = gr.State(0)

    def update(chosen: str, current: str, count: int) -> Any:
        offered = [ANY, *subjects.find(chosen).classes]
        first = FIRST_CLASS if FIRST_CLASS in offered else ANY
        return gr.update(choices=offered, value=current if current in offered else first), count + 1

    subject.change(update, [subject, class_name, updates], [class_name, updates], api_visibility="private")
    return updates.change
