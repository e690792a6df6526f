"""The game "Which one is real?": a cat that the artist drew, and one that the generator made."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import gradio as gr
import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw

from core.errors import choose
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page

from .. import composed
from ..composed import CHECKPOINT
from .subjects import CATS, SUBJECTS

SCALE, GAP, FRAME = 6, 24, 6  # pixels
BACKGROUND, RIGHT, WRONG = (25, 21, 21), (80, 190, 110), (239, 98, 78)
FIRST_ROUND, LAST_ROUND = 1, 999_999
HELD_OUT = 2000  # real cats to draw from
CLASSES = math.prod(map(len, SUBJECTS[CATS].groups.values()))
ANSWERS = {"not yet": None, "left": 0, "right": 1}
Answer = Literal["not yet", "left", "right"]

INTRODUCTION = (
    "**One of these two cats was composed from the artist's layers, the other one was generated.** The real one is "
    "held out: no network has seen it. Choose the real one. The discriminator plays against you on the same pairs: "
    "it was trained for just this, but so was the generator, until the discriminator could do no better than by chance."
)
PAIR_CAPTION = "Which one is real?"
LEFT_BUTTON, RIGHT_BUTTON, NEXT_BUTTON = "The left one", "The right one", "Next pair"
ROUND_LABEL, ROUND_INFO = "Pair", "The same number always gives the same two cats."
QUESTION = "Which one did the artist draw?"
VERDICT = "{}: the **{}** one is real. The discriminator took the {} one for it."
SCORE = "After {} {}: **you {}, the discriminator {}**."


class Score(NamedTuple):
    """The visitor's score, and the discriminator's on the same pairs."""

    answered: tuple[int, ...] = ()
    """The pairs that were answered: each counts once."""
    visitor: int = 0
    discriminator: int = 0


class Pair(NamedTuple):
    """A real and a generated cat."""

    pictures: Image
    """(2, h, w, c): the left and the right one."""
    real: int
    """0 if the left one is real, 1 if it is the right one."""
    guess: int
    """The one that looks more real to the discriminator."""


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            with gr.Row():
                left, right = (
                    gr.Button(text, variant="primary", min_width=120) for text in (LEFT_BUTTON, RIGHT_BUTTON)
                )
            following = gr.Button(NEXT_BUTTON)
            verdict = gr.Markdown(QUESTION)
            status = page.status("")
        with pages.column("stage"):
            shown = pages.captioned_image(PAIR_CAPTION, pages.grid_classes(2, 1))
        with pages.column("settings"):
            number = gr.Number(
                FIRST_ROUND, label=ROUND_LABEL, info=ROUND_INFO, precision=0, minimum=0, maximum=LAST_ROUND
            )
            gr.Markdown(SUBJECTS[CATS].credit)
    answer, score, clicks = gr.State("not yet"), gr.State(None), gr.State(0)
    answered = [answer, clicks]
    left.click(lambda count: ("left", count + 1), clicks, answered, api_visibility="private")
    right.click(lambda count: ("right", count + 1), clicks, answered, api_visibility="private")
    shown.select(_find_side, clicks, answered, api_visibility="private")
    following.click(lambda count: count + 1, number, number, api_visibility="private")
    number.change(lambda count: ("not yet", count + 1), clicks, answered, api_visibility="private")
    inputs = [number, answer, score]
    page.bind(which_is_real, [opened, clicks.change], inputs, [shown, verdict, score], status, live=True)


def which_is_real(
    plugin: Plugin, number: int = FIRST_ROUND, answer: Answer = "not yet", score: Score | None = None
) -> tuple[str, str, Score]:
    """Show a real and a generated cat; or, with an answer, which one was real, and what the discriminator took for it.

    Args:
        number: of the pair; the same number always gives the same two cats.
        answer: the one that is taken for the real one, "left" or "right"; "not yet" shows the pair.
    """
    side, score = choose(ANSWERS, answer, "answer"), Score() if score is None else score
    pair = deal(plugin, int(number or 0))
    picture = pages.write_png(render(pair, side), f"pair_{int(number or 0)}")
    if side is None:
        return picture, _describe_score(score) or QUESTION, score
    score = count(score, int(number or 0), pair, side)
    sides = "left", "right"
    said = VERDICT.format("Yes" if side == pair.real else "No", sides[pair.real], sides[pair.guess])
    return picture, f"{said}\n\n{_describe_score(score)}", score


def deal(plugin: Plugin, number: int) -> Pair:
    """Return the pair of a number: a held-out cat, and a generated one of another color, pattern and accessory."""
    random = np.random.default_rng((number, 3))
    known = plugin.cached("held-out cats", lambda: composed.held_out(HELD_OUT))
    drawn = known.part(random.integers(HELD_OUT, size=1))
    labels = int(composed.classes(drawn.labels)[0]), int(random.integers(CLASSES))
    seed = int(random.integers(2**32))
    made = plugin.run("generate", 1, seed, labels[1:], checkpoint=CHECKPOINT)
    pictures = np.concatenate([images.from_uint8(drawn.pictures[:]), made])
    logits = plugin.run("discriminate", pictures, labels, checkpoint=CHECKPOINT)
    order = random.permutation(2)
    return Pair(pictures[order], int(order.argmin()), int(np.argmax(logits[order])))


def count(score: Score, number: int, pair: Pair, side: int) -> Score:
    """Return the score after an answer; a pair that was answered before does not count again."""
    if number in score.answered:
        return score
    visitor, discriminator = score.visitor + (side == pair.real), score.discriminator + (pair.guess == pair.real)
    return Score((*score.answered, number), visitor, discriminator)


def render(pair: Pair, side: int | None) -> Image:
    """Return both cats beside each other; with an answer, the real one is framed green, a wrong choice red."""
    large = [images.to_uint8(images.upscale_nearest(each, SCALE)) for each in pair.pictures]
    edge = large[0].shape[0]
    canvas = pillow.new("RGB", (2 * (edge + GAP), edge + GAP), BACKGROUND)
    pen = ImageDraw.Draw(canvas)
    for i, each in enumerate(large):
        x = i * (edge + GAP) + GAP // 2
        color = RIGHT if i == pair.real else WRONG if i == side else BACKGROUND
        if side is not None:
            pen.rectangle((x - FRAME, GAP // 2 - FRAME, x + edge + FRAME - 1, GAP // 2 + edge + FRAME - 1), fill=color)
        canvas.paste(pillow.fromarray(each), (x, GAP // 2))
    return images.from_uint8(np.asarray(canvas))


def _describe_score(score: Score) -> str:
    pairs = len(score.answered)
    return SCORE.format(pairs, "pair" if pairs == 1 else "pairs", score.visitor, score.discriminator) if pairs else ""


def _find_side(clicks: int, click: gr.SelectData) -> tuple[str, int]:
    """Return the side that was clicked on, and the number of clicks."""
    edge = SUBJECTS[CATS].side * SCALE + GAP
    return ("left" if click.index[0] < edge else "right"), clicks + 1
