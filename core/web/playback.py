"""Playing the snapshots of a training on a page: buttons, the speed, and the steps of the handler."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import gradio as gr

from core.errors import choose
from core.progress import Progress, Steps

PLAY, PAUSE = "Play", "Pause"
SPEED_LABEL, SPEED_INFO = "Speed", "Of Play: how long each snapshot is shown."
SPEEDS = {"slow": 1.5, "normal": 0.7, "fast": 0.2}  # seconds for each snapshot
NORMAL = "normal"
UNIT = "Snapshot"


class Controls(NamedTuple):
    """What a visitor plays snapshots with."""

    play: gr.Button
    pause: gr.Button
    speed: gr.Radio


def controls() -> Controls:
    """Lay out the buttons and the speed."""
    with gr.Row():
        play, pause = (gr.Button(label, size="sm", min_width=80) for label in (PLAY, PAUSE))
    return Controls(play, pause, gr.Radio(list(SPEEDS), value=NORMAL, label=SPEED_LABEL, info=SPEED_INFO))


def play(show: Callable[[int], tuple[Any, ...]], step: int, last: int, speed: str) -> Steps[tuple[Any, ...]]:
    """Show the snapshots one after the other, from one on; from the first one, if that is the last.

    Args:
        show: returns what is shown of a snapshot; the number of the snapshot comes before it.
        step: the snapshot to begin with.
        last: the last one; the first is 0.
        speed: "slow", "normal" or "fast".
    """
    pause = choose(SPEEDS, speed, "speed")
    shown: tuple[Any, ...] = ()
    for each in range(0 if step >= last else step, last + 1):
        until = time.monotonic() + pause
        shown = each, *show(each)
        yield Progress(each + 1, last + 1, shown, UNIT)
        time.sleep(max(0, until - time.monotonic()))
    return shown
