"""A painter: VGG-19, to see what a style is, a brush that paints in it in one pass, and a patient way to paint."""

from __future__ import annotations

from typing import Literal, get_args

import keras
import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.progress import Steps

from . import feedforward, metrics, optimization, style_mixing
from .feedforward import Colours
from .loss_weights import Aim
from .metrics import Judged
from .networks import keras_vgg
from .networks.decoder import WIDTHS, assemble_brush
from .networks.vgg import VGG, assemble_vgg, describe
from .optimization import Optimizer, Painted, Start
from .resizing import SMALLEST_SIDE, shrink_to
from .vgg_layers import BRUSH_LAYERS, LAYERS

Kept = Literal["content", "style"]
LARGEST_CANVAS, LARGEST_JUDGED, MOST_STEPS = 1024, 2048, 5000
LARGEST_WEIGHT = 1_000_000  # of a loss: far above, it is no number any more, and the picture black
NOISE = 0.15  # standard deviation about a mean gray, of what is started from


def build_painter(widths: tuple[int, int, int] = WIDTHS) -> keras.Model:
    """Return the network from a photo and a painting to what is painted.

    All are (n, h, w, 3) in 0 to 1, but what comes out is not clipped. Its parts are `vgg19` and `brush`, whose
    `widths` are said there.
    """
    photo, optimization = (keras.Input((None, None, 3), name=name) for name in ("photo", "painting"))
    vgg, brush = assemble_vgg(), assemble_brush(widths)
    seen, style = (vgg(each)[-len(BRUSH_LAYERS) :] for each in (photo, optimization))
    return keras.Model([photo, optimization], brush([*seen, describe(seen), describe(style)]), name="painter")


def stylise(
    network: keras.Model,
    content: Image,
    style: Image,
    more: tuple[Image, ...] = (),
    shares: tuple[float, ...] = (),
    strength: float = 1.0,
    colours: Colours = "painting",
) -> Steps[Image]:
    """Paint a photo of any size in the manner of a painting, in one pass; transparency is kept as it is.

    Args:
        content: the photo.
        style: the painting.
        more: up to three other paintings to mix with it.
        shares: how much of each painting, in order, in proportion; left out, of all the same.
        strength: 0 leaves the photo as it is, 1 goes all the way.
        colours: of the painting; or the photo's, by painting its luminance only, or by matching the painting's colours
            to the photo's first (https://arxiv.org/abs/1606.05897).
    """
    _check(colours in get_args(Colours), "choice of colours", colours, " or ".join(get_args(Colours)))
    styles = [images.composite_on_white(each) for each in (style, *more)]
    shares = shares or (1.0,) * len(styles)
    style_mixing.check(styles, shares, strength)
    painted = yield from feedforward.stylise(network, content[..., :3], styles, shares, strength, colours)
    return np.concatenate([painted, content[..., 3:]], axis=-1)


def paint(
    network: keras.Model,
    content: Image,
    style: Image,
    canvas: Image | None = None,
    start: Start = "photo",
    optimizer: Optimizer = "lbfgs",
    size: int = 384,
    steps: int = 150,
    content_weight: float = Aim.content,
    style_weight: float = Aim.style,
    variation_weight: float = Aim.variation,
    seed: int = 0,
    features: Literal["bundled", "keras"] = "bundled",
) -> Steps[Painted]:
    """Paint a photo in the manner of a painting by changing its pixels step by step, coarse to fine, until they fit.

    Args:
        content: the photo.
        style: the painting.
        canvas: what was painted before, to go on from; left out, a new picture is begun.
        start: what a new picture begins as: "photo" or "noise".
        optimizer: "lbfgs", which gets further with each step, or "adam", as the lesson has it.
        size: pixels of the picture's longer side, 64 to 1024; no more than the photo has, and no side below 32.
        steps: how often the picture is looked at and changed.
        content_weight: how much likeness to the photo counts.
        style_weight: how much likeness to the painting's Gram matrices counts.
        variation_weight: how much unsteadiness from pixel to pixel counts.
        seed: of the noise.
        features: whose VGG-19 looks at it: the "bundled" one, or "keras", which is fetched from the network.
    """
    _check(64 <= size <= LARGEST_CANVAS, "size", size, f"64 to {LARGEST_CANVAS}")
    _check(1 <= steps <= MOST_STEPS, "number of steps", steps, f"1 to {MOST_STEPS}")
    _check(features in ("bundled", "keras"), "VGG", features, "bundled or keras")
    for name, weight in (("content", content_weight), ("style", style_weight), ("variation", variation_weight)):
        _check(0 <= weight <= LARGEST_WEIGHT, f"{name} weight", weight, f"0 to {LARGEST_WEIGHT:,}")
    _check(optimizer in get_args(Optimizer), "optimiser", optimizer, " or ".join(get_args(Optimizer)))
    _check(start in get_args(Start), "start", start, " or ".join(get_args(Start)))
    aim = Aim(content=content_weight, style=style_weight, variation=variation_weight)
    photo, look = shrink_to(images.composite_on_white(content), size), shrink_to(images.composite_on_white(style), size)
    side = max(photo.shape[:2])
    if canvas is not None:  # it goes on at its own fineness
        stages, begun = [optimization.Stage(side, steps)], images.composite_on_white(canvas)
    else:
        stages = optimization.plan(side, steps)
        begun = photo if start == "photo" else draw_noise(shrink_to(photo, stages[0].side).shape, seed)
    vgg = network.get_layer(VGG) if features == "bundled" else keras_vgg.fetch()
    return (yield from optimization.paint(vgg, photo, look, begun, aim, stages, optimizer))


def reveal(
    network: keras.Model,
    picture: Image,
    layer: str = LAYERS[-1],
    kept: Kept = "content",
    size: int = 192,
    steps: int = 60,
    seed: int = 0,
) -> Steps[Painted]:
    """Paint from noise what one layer of VGG-19 alone keeps of a picture: its content, or the texture of its style.

    Args:
        picture: the picture.
        layer: such as block1_conv1 (the first) or block4_conv1 (the last).
        kept: "content", its features, place by place; or "style", their Gram matrix, which knows no places.
        size: pixels of the longer side, 64 to 1024.
        steps: how often the noise is looked at and changed.
        seed: of the noise.
    """
    _check(kept in get_args(Kept), "part that is kept", kept, " or ".join(get_args(Kept)))
    _check(layer in LAYERS, "layer", layer, f"one of {', '.join(LAYERS)}")
    _check(64 <= size <= LARGEST_CANVAS, "size", size, f"64 to {LARGEST_CANVAS}")
    _check(1 <= steps <= MOST_STEPS, "number of steps", steps, f"1 to {MOST_STEPS}")
    seen = shrink_to(images.composite_on_white(picture), size)
    one = (layer,)
    aim = Aim(one, (), variation=1.0) if kept == "content" else Aim((), one, variation=1.0)
    stages = optimization.plan(max(seen.shape[:2]), steps) if kept == "style" else [optimization.Stage(size, steps)]
    noise = draw_noise(shrink_to(seen, stages[0].side).shape, seed)
    return (yield from optimization.paint(network.get_layer(VGG), seen, seen, noise, aim, stages, "lbfgs"))


def judge(network: keras.Model, picture: Image, content: Image, style: Image) -> Judged:
    """Tell what a picture lacks of a photo's content and of a painting's style.

    Args:
        picture: the picture.
        content: the photo, which is taken to the picture's size.
        style: the painting, as it is: a Gram matrix depends on how large strokes are.
    """
    for name, image in (("picture", picture), ("photo", content), ("painting", style)):
        size = " × ".join(map(str, image.shape[:2]))
        fits = min(image.shape[:2]) >= SMALLEST_SIDE and max(image.shape[:2]) <= LARGEST_JUDGED
        _check(fits, f"size of the {name}", size, f"{SMALLEST_SIDE} to {LARGEST_JUDGED} pixels a side")
    return metrics.judge(network, *map(images.composite_on_white, (picture, content, style)))


def draw_noise(shape: tuple[int, ...], seed: int) -> Image:
    """Return gray noise (h, w, 3) in 0 to 1 that a picture may begin as."""
    _check(0 <= seed < 2**63, "seed", seed, f"0 to {2**63 - 1}")
    noise: Image = 0.5 + NOISE * np.random.default_rng(seed).standard_normal(shape, np.float32)
    return noise.clip(0, 1)


def _check(right: bool, name: str, value: object, remedy: str) -> None:
    if not right:
        raise UserError(f"The {name} is {value}: use {remedy}.")
