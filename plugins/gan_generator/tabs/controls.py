"""Controls that several tabs share: data set, class, color and truncation."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.web import pages

from . import subjects
from .subjects import ANY, FIRST, SUBJECTS

SUBJECT_LABEL, SUBJECT_INFO = "Data set", "What the network was trained on."
CLASS_LABEL, CLASS_INFO = "Class", "Which kind of image to generate."
COLOR_LABEL, COLOR_INFO = "Color", "Of the cat's fur."
FIRST_SEED = 423
FIRST_TRUNCATION = 1.0
TRUNCATION_LABEL, TRUNCATION_INFO = "Truncation", "Lower: closer to the average. Better images, but less variety."


def subject_radio() -> gr.Radio:
    """Return the choice of the data set."""
    return gr.Radio(list(SUBJECTS), value=FIRST, label=SUBJECT_LABEL, info=SUBJECT_INFO)


def truncation_slider() -> gr.Slider:
    """Return the slider of the factor of the latent vectors, 0 to 1."""
    return gr.Slider(0, 1, FIRST_TRUNCATION, step=0.05, label=TRUNCATION_LABEL, info=TRUNCATION_INFO)


def class_dropdown() -> gr.Dropdown:
    """Return the choice of the class. Callers of the API may name classes of the other data set too."""
    classes = [ANY, *SUBJECTS[FIRST].classes]
    return gr.Dropdown(classes, value=ANY, label=CLASS_LABEL, info=CLASS_INFO, allow_custom_value=True)


def color_dropdown() -> gr.Dropdown:
    """Return the choice of the color, which is shown for data sets that have one."""
    colors = SUBJECTS[FIRST].colors
    return gr.Dropdown(
        [ANY, *colors], value=ANY, label=COLOR_LABEL, info=COLOR_INFO, visible=bool(colors), allow_custom_value=True
    )


def credit() -> gr.Markdown:
    """Return who made the images of the chosen data set."""
    return gr.Markdown(SUBJECTS[FIRST].credit, visible=bool(SUBJECTS[FIRST].credit))


def animation(label: str) -> gr.Image:
    """Return a component that plays an animated WebP, which can be downloaded, with its label above it."""
    gr.Markdown(label, elem_classes="caption")
    return gr.Image(
        label=label,
        type="filepath",
        interactive=False,
        buttons=["download"],
        show_label=False,
        elem_classes=pages.FILLING,
    )


def update_classes(subject: gr.Radio, class_name: gr.Dropdown, color: gr.Dropdown, credits: gr.Markdown) -> Any:
    """Offer the classes and colors of the chosen data set, and return the event that fires once they are updated."""
    updates = gr.State(0)

    def update(chosen: str, current: str, color: str, count: int) -> Any:
        found = subjects.find(chosen)
        offered = [ANY, *found.classes]
        colors = [ANY, *found.colors]
        return (
            gr.update(choices=offered, value=current if current in offered else ANY),
            gr.update(choices=colors, value=color if color in colors else ANY, visible=len(colors) > 1),
            gr.update(value=found.credit, visible=bool(found.credit)),
            count + 1,
        )

    inputs, outputs = [subject, class_name, color, updates], [class_name, color, credits, updates]
    subject.change(update, inputs, outputs, api_visibility="private")
    return updates.change
