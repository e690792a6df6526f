"""The network that paints in one pass: a VGG's features, given the style's statistics, made a picture again.

AdaIN (Huang & Belongie 2017, https://arxiv.org/abs/1703.06868) at three depths, and blocks that are told the statistics
(Ghiasi et al. 2017, https://arxiv.org/abs/1705.06830). The statistics of the picture come from outside too, those of
the whole of it, so that its tiles agree; and what is painted begins as the picture in the style's colours.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from .depths import CHANNELS, STATISTICS, STYLE_LAYERS, TOLD
from .features import part

BRUSH = "brush"
MOST_CONTRAST = 10.0  # times: how much the deviation of a channel is raised, at the most


def assemble_brush(widths: tuple[int, int, int], blocks: tuple[int, int, int], told: int) -> keras.Model:
    """Return the network from a picture in the style's colours to what is painted, both (n, h, w, 3).

    Its other inputs are what the last three of `STYLE_LAYERS` give of the picture in its own colours, the statistics
    (n, 1920) of that picture, and those of the style. `widths` are the channels at 1/2, 1/4 and 1/8 of the resolution,
    `blocks` the residual blocks there; heights and widths must be multiples of 8. Each block is told `told` numbers.
    """
    picture = keras.Input((None, None, 3), name="picture")
    seen = [keras.Input((None, None, CHANNELS[name]), name=name) for name in STYLE_LAYERS[1:]]
    own, style = (keras.Input((STATISTICS,), name=f"statistics_of_{name}") for name in ("picture", "style"))
    known = [
        layers.Dense(size, name=f"told_of_{of}")(x[:, :TOLD])
        for of, x, size in (("picture", own, max(1, told // 2)), ("style", style, told))
    ]
    known = layers.Dense(told, activation="relu", name="told_more")(layers.ReLU()(layers.concatenate(known)))

    names = ("edges", "shapes", "strokes")
    adapted = [_adapt(each, own, style, layer) for each, layer in zip(seen, STYLE_LAYERS[1:], strict=True)]
    edges, shapes, strokes = (
        layers.Conv2D(width, 1, name=name)(each) for width, name, each in zip(widths, names, adapted, strict=True)
    )
    x = layers.Conv2D(widths[2], 2, 2, activation="relu", name="halved")(shapes)
    x = layers.Add()([x, strokes])
    x = _told_blocks(x, known, blocks[2], "eighth")
    x = layers.Add()([_enlarge(x, widths[1], "quarter"), shapes])
    x = _told_blocks(x, known, blocks[1], "quarter")
    x = layers.Add()([_enlarge(x, widths[0], "half"), edges])
    x = _told_blocks(x, known, blocks[0], "half")
    x = layers.concatenate([_enlarge(x, max(1, widths[0] // 2), "whole"), picture])
    x = layers.Conv2D(max(1, widths[0] // 2), 3, padding="same", activation="relu", name="whole_mixed")(x)
    change = layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros", dtype="float32", name="change")(x)
    painted = layers.Add(dtype="float32")([picture, change])
    return keras.Model([picture, *seen, own, style], painted, name=BRUSH)


def _adapt(feature: Any, own: Any, style: Any, name: str) -> Any:
    """Return a layer's features with the style's mean and deviation in each channel in place of the picture's own."""
    (mean, deviation), (wanted_mean, wanted_deviation) = part(own, name), part(style, name)
    contrast = ops.minimum(ops.exp(wanted_deviation - deviation), MOST_CONTRAST)
    return (feature - _everywhere(mean)) * _everywhere(contrast) + _everywhere(wanted_mean)


def _everywhere(values: Any) -> Any:
    return layers.Reshape((1, 1, values.shape[-1]))(values)


def _told_blocks(x: Any, known: Any, count: int, prefix: str) -> Any:
    """Return `x` after residual blocks between whose convolutions each channel is scaled and shifted as told."""
    width = x.shape[-1]
    for i in range(count):
        name = f"{prefix}_block{i}"
        scale, shift = (_everywhere(layers.Dense(width, name=f"{name}_{what}")(known)) for what in ("scale", "shift"))
        y = layers.Conv2D(width, 3, padding="same", name=f"{name}_in")(x)
        y = layers.ReLU()(y + y * scale + shift)
        y = layers.Conv2D(width, 3, padding="same", kernel_initializer="zeros", name=f"{name}_out")(y)
        x = layers.Add()([x, y])
    return x


def _enlarge(x: Any, width: int, name: str) -> Any:
    """Return `x` twice as high and wide, with `width` channels."""
    return layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(layers.UpSampling2D()(x))
