"""Pictures painted step by step, coarse to fine, by Adam or by L-BFGS (SciPy's, as Gatys et al. used)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from queue import Queue
from threading import Thread
from typing import Literal, NamedTuple

import keras
import numpy as np
from scipy import optimize

from core.imaging.images import Floats, Image
from core.progress import Progress, Steps

from .loss_weights import PARTS, Aim, Losses
from .optimized_image import MARGIN, Canvas
from .resizing import resize, shrink_to

Optimizer = Literal["adam", "lbfgs"]
Start = Literal["photo", "noise"]
Questions = Queue[Floats | Exception | None]  # where is the slope to be known; what went wrong; or that was all
Answers = Queue[tuple[float, Floats] | None]  # the loss and the slope there; or there are no more
RATE = 0.02
MEMORY = 10  # steps that L-BFGS remembers the slopes of
FOR_EVER = 10**9  # steps: it is told when to stop
SMALLEST_CANVAS = 96  # pixels, of the longer side


class Painted(NamedTuple):
    """A picture that was painted (h, w, 3), 0 to 1, and the parts of its loss at each step that led to it."""

    image: Image
    content: Floats
    style: Floats
    variation: Floats


class Stage(NamedTuple):
    """So many steps at one size, of the longer side."""

    side: int
    steps: int


def plan(side: int, steps: int) -> list[Stage]:
    """Return the stages that lead to a canvas of `side` pixels: half of the steps at half of the size, and so on."""
    if side < 2 * SMALLEST_CANVAS or steps < 4:
        return [Stage(side, steps)]
    return [*plan(side // 2, steps // 2), Stage(side, steps - steps // 2)]


def paint(
    vgg: keras.Model,
    photo: Image,
    style: Image,
    canvas: Image,
    aim: Aim,
    stages: list[Stage],
    optimizer: Optimizer,
    margin: int = MARGIN,
) -> Steps[Painted]:
    """Yield what there is after each step, as so many per cent of the work, then return what `canvas` has become.

    That is (h, w, 3), at the last stage's size; photo and style are looked at in each stage's.
    """
    costs = [stage.steps * stage.side**2 for stage in stages]
    final = shrink_to(photo, stages[-1].side).shape
    past: list[Losses] = []
    spent = [0]
    before = resize(canvas, shrink_to(canvas, stages[0].side).shape)
    for stage in stages:
        shown, seen = shrink_to(photo, stage.side), shrink_to(style, stage.side)
        before = resize(before, shown.shape)
        canvas_now = Canvas(vgg, before, shown, seen, aim, margin)
        move = {"adam": _descend, "lbfgs": _descend_by_curvature}[optimizer]
        for losses in move(canvas_now, stage.steps):
            past.append(losses)
            spent[-1] += stage.side**2
            yield Progress(100 * sum(spent) // sum(costs), 100, _show(canvas_now, past, final))
        spent = [*costs[: len(spent)], 0]  # whether or not it took all of its steps
        before = canvas_now.show()
    return _show(canvas_now, past, final)


def _descend(canvas: Canvas, steps: int) -> Iterator[Losses]:
    """Take `steps` with Adam, and yield the losses before each."""
    canvas.compile(keras.optimizers.Adam(RATE, beta_1=0.9, beta_2=0.99))
    for _ in range(steps):
        losses = canvas.step()
        canvas.values = canvas.values.clip(0, 1)
        yield losses


def _descend_by_curvature(canvas: Canvas, steps: int) -> Iterator[Losses]:
    """Look `steps` times at the slope, where L-BFGS wants to know it, and yield the losses there.

    SciPy calls for what it wants to know, and a generator is called: so SciPy waits in a thread of its own meanwhile.
    """
    canvas.compile(keras.optimizers.SGD(1.0))
    questions: Questions = Queue()
    answers: Answers = Queue()
    lowest, best = math.inf, canvas.values
    Thread(target=_search, args=(best, questions, answers), daemon=True).start()
    try:
        for _ in range(steps):
            values = questions.get()
            if values is None:  # there is no way further down
                return
            if isinstance(values, Exception):
                raise values
            losses, slope = canvas.slope_at(values)
            loss = losses.weigh(canvas.aim)
            if loss < lowest:
                lowest, best = loss, values
            yield losses
            answers.put((loss, slope))
    finally:
        answers.put(None)
        canvas.values = best


def _search(
    start: Floats, questions: Queue[Floats | Exception | None], answers: Queue[tuple[float, Floats] | None]
) -> None:
    """Let SciPy walk down from `start`, asking for the loss and the slope of values, until there is no answer."""

    def ask(values: Floats) -> tuple[float, Floats]:
        questions.put(values.copy())
        answer = answers.get()
        if answer is None:
            raise _EnoughError
        return answer

    options = {"maxcor": MEMORY, "maxiter": FOR_EVER, "maxfun": FOR_EVER, "ftol": 0.0, "gtol": 0.0}
    bounds = optimize.Bounds(0, 1)
    try:
        with suppress(_EnoughError):
            optimize.minimize(ask, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        questions.put(None)
    except Exception as error:  # whatever it is, who waits for a question has to know
        questions.put(error)


class _EnoughError(Exception):
    """There are to be no more steps."""


def _show(canvas: Canvas, past: list[Losses], shape: tuple[int, ...]) -> Painted:
    """Return what there is, at the size that it will have."""
    picture = np.clip(resize(canvas.show(), shape), 0, 1)
    return Painted(picture, *(np.array([getattr(each, name) for each in past], np.float32) for name in PARTS))
