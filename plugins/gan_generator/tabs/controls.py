"""The choices that several tabs offer: of what, which class of it, and how far from the average."""

from __future__ import annotations

from typing import Any

import gradio as gr

from . import subjects
from .subjects import ANY, SUBJECTS


def subject_choice() -> gr.Radio:
    """Return where it is chosen what is drawn, the first subject at first."""
    return gr.Radio(list(SUBJECTS), value=next(iter(SUBJECTS)), label="Of", info="What it has learnt.")


def truncation_choice() -> gr.Slider:
    """Return where it is chosen how far from the average what is drawn may be."""
    return gr.Slider(
        0, 1, 1, step=0.05, label="Truncation", info="Lower: closer to the average. Better, and more alike."
    )


def class_choice() -> gr.Dropdown:
    """Return where a class is chosen. Callers of the API may name one of another subject than the first, too."""
    first = next(iter(SUBJECTS.values()))
    return gr.Dropdown(
        [ANY, *first.classes], value=ANY, label="Class", info="Which kind to draw.", allow_custom_value=True
    )


def offer_classes(subject: gr.Radio, name: gr.Dropdown) -> Any:
    """Let the choice of classes follow the subject, and return the event at which it has done so."""
    offered = gr.State(0)

    def offer(chosen: str, count: int) -> Any:
        return gr.update(choices=[ANY, *subjects.find(chosen).classes], value=ANY), count + 1

    subject.change(offer, [subject, offered], [name, offered], api_visibility="private")
    return offered.change
