"""Iterative style transfer (Gatys et al. 2015, https://arxiv.org/abs/1508.06576): coarse to fine, by Adam or L-BFGS."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Queue
from threading import Thread
from typing import NamedTuple

import keras
import numpy as np
from scipy import optimize

from core.imaging.images import Floats, Image
from core.imaging.resizing import resize_bicubic
from core.progress import PERCENT, Progress, Steps

from .loss_weights import TERMS, Losses, LossWeights
from .optimized_image import MARGIN, OptimizedImage
from .options import Optimizer
from .resizing import shrink_to

Requests = Queue[Floats | Exception | None]  # values to evaluate; an error in SciPy; None where it has converged
Replies = Queue[tuple[float, Floats] | None]  # the loss and its gradient at these values; None to stop
ADAM_RATE = 0.02
LBFGS_MEMORY = 10  # gradients that L-BFGS keeps to approximate the Hessian
UNLIMITED = 10**9  # iterations: we stop SciPy ourselves
MIN_STAGE_SIDE = 96  # pixels, of the longer side


class OptimizationResult(NamedTuple):
    """An optimized image (h, w, 3), 0 to 1, and the unweighted loss terms (steps,) at each step that led to it."""

    image: Image
    content: Floats
    style: Floats
    variation: Floats


class Stage(NamedTuple):
    """A number of steps at one size, in pixels of the longer side."""

    side: int
    steps: int


@dataclass(frozen=True)
class Schedule:
    """The stages of an optimization, from coarse to fine, and what minimizes the loss in each."""

    stages: list[Stage]
    optimizer: Optimizer = "lbfgs"
    margin: int = MARGIN


def plan_stages(side: int, steps: int) -> list[Stage]:
    """Return the stages up to an image of `side` pixels: half of the steps at half of the size, recursively."""
    if side < 2 * MIN_STAGE_SIDE or steps < 4:
        return [Stage(side, steps)]
    return [*plan_stages(side // 2, steps // 2), Stage(side, steps - steps // 2)]


def optimize_image(
    vgg: keras.Model, content: Image, style: Image, initial: Image, weights: LossWeights, schedule: Schedule
) -> Steps[OptimizationResult]:
    """Yield the image and its losses after each step, with the percentage of the work done, then return the last.

    Args:
        vgg: computes the features.
        content: the content image (h, w, 3); each stage resizes it to its own size.
        style: the style image (h, w, 3), likewise.
        initial: the image to start from (h, w, 3), resized to the first stage's size.
        weights: of the loss terms.
        schedule: stages and optimizer; the result has the size of the last stage.
    """
    stages = schedule.stages
    costs = [stage.steps * stage.side**2 for stage in stages]
    final = shrink_to(content, stages[-1].side).shape
    history: list[Losses] = []
    spent = [0]
    current = _resize(initial, shrink_to(initial, stages[0].side).shape)
    for stage in stages:
        small_content, small_style = shrink_to(content, stage.side), shrink_to(style, stage.side)
        current = _resize(current, small_content.shape)
        optimized = OptimizedImage(vgg, current, small_content, small_style, weights, schedule.margin)
        take_steps = {"adam": _adam_steps, "lbfgs": _lbfgs_steps}[schedule.optimizer]
        for losses in take_steps(optimized, stage.steps):
            history.append(losses)
            spent[-1] += stage.side**2
            yield Progress(100 * sum(spent) // sum(costs), 100, _result(optimized, history, final), PERCENT)
        spent = [*costs[: len(spent)], 0]  # L-BFGS may converge before it has taken all steps
        current = optimized.image()
    return _result(optimized, history, final)


def _adam_steps(optimized: OptimizedImage, steps: int) -> Iterator[Losses]:
    """Take `steps` steps of Adam, and yield the losses before each."""
    optimized.compile(keras.optimizers.Adam(ADAM_RATE, beta_1=0.9, beta_2=0.99))
    for _ in range(steps):
        losses = optimized.step()
        optimized.values = optimized.values.clip(0, 1)
        yield losses


def _lbfgs_steps(optimized: OptimizedImage, steps: int) -> Iterator[Losses]:
    """Evaluate the loss and its gradient `steps` times, where L-BFGS asks for it, and yield the losses.

    The image becomes the one with the lowest loss. The control flow is an inverted callback: SciPy calls a function
    until it has converged, while a generator is resumed from outside. So SciPy runs in a thread of its own, and its
    callback waits there for the reply to each request.
    """
    optimized.compile(keras.optimizers.SGD(1.0))
    requests: Requests = Queue()
    replies: Replies = Queue()
    lowest, best = math.inf, optimized.values
    Thread(target=_run_scipy, args=(best, requests, replies), daemon=True).start()
    try:
        for _ in range(steps):
            values = requests.get()
            if values is None:  # converged
                return
            if isinstance(values, Exception):
                raise values
            losses, gradient = optimized.losses_and_gradient(values)
            loss = losses.weighted_sum(optimized.loss_weights)
            if loss < lowest:
                lowest, best = loss, values
            yield losses
            replies.put((loss, gradient))
    finally:
        replies.put(None)
        optimized.values = best


def _run_scipy(
    start: Floats, requests: Queue[Floats | Exception | None], replies: Queue[tuple[float, Floats] | None]
) -> None:
    """Minimize from `start` with SciPy's L-BFGS-B, requesting each loss and gradient, until a reply is None."""

    def evaluate(values: Floats) -> tuple[float, Floats]:
        requests.put(values.copy())
        reply = replies.get()
        if reply is None:
            raise _StoppedError
        return reply

    options = {"maxcor": LBFGS_MEMORY, "maxiter": UNLIMITED, "maxfun": UNLIMITED, "ftol": 0.0, "gtol": 0.0}
    bounds = optimize.Bounds(0, 1)
    try:
        with suppress(_StoppedError):
            optimize.minimize(evaluate, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        requests.put(None)
    except Exception as error:  # any: the generator, which waits for a request, raises it
        requests.put(error)


class _StoppedError(Exception):
    """Raised in SciPy's callback to end the minimization."""


def _result(optimized: OptimizedImage, history: list[Losses], shape: tuple[int, ...]) -> OptimizationResult:
    """Return the current image at the final size, and the losses so far."""
    image = np.clip(_resize(optimized.image(), shape), 0, 1)
    return OptimizationResult(
        image, *(np.array([getattr(losses, name) for losses in history], np.float32) for name in TERMS)
    )


def _resize(image: Image, shape: tuple[int, ...]) -> Image:
    return resize_bicubic(image, *shape[:2])
