"""The network that paints in one pass: a VGG's features, given the style's statistics, made a picture again.

AdaIN's decoder (Huang & Belongie 2017, https://arxiv.org/abs/1703.06868), which sees three depths of the VGG, not one.
The statistics of the picture come from outside, those of the whole of it, so that its tiles agree.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from ..vgg_layers import BRUSH_LAYERS, CHANNELS, STATISTICS
from .vgg import part

BRUSH = "brush"
WIDTHS = 64, 128, 256  # channels at the whole, a half and a quarter of the resolution, in AdaIN's decoder
MOST_CONTRAST = 10.0  # times: how much the deviation of a channel is raised, at the most
DECODER = "eighth", "quarter0", "quarter1", "quarter2", "quarter3", "half0", "half1", "whole0", "whole1"  # its layers


def assemble_brush(widths: tuple[int, int, int]) -> keras.Model:
    """Return the network from what `BRUSH_LAYERS` give of a picture to what is painted, (n, h, w, 3).

    Its other inputs are the statistics (n, 1792) of the picture, and of the style. `widths` are the channels at the
    whole, a half and a quarter of the resolution; heights and widths must be multiples of 8. What is seen less deep is
    begun with weights of zero, so that with the numbers of AdaIN's decoder it paints as AdaIN does, but for its border
    and for the limit to contrast.
    """
    seen = [keras.Input((None, None, CHANNELS[name]), name=name) for name in BRUSH_LAYERS]
    own, style = (keras.Input((STATISTICS,), name=f"statistics_of_{name}") for name in ("picture", "style"))
    edges, shapes, strokes = (_adapt(each, own, style, layer) for each, layer in zip(seen, BRUSH_LAYERS, strict=True))
    whole, half, quarter = widths
    x = layers.UpSampling2D()(_convolve(strokes, quarter, "eighth"))
    x = layers.Add()([x, _look(shapes, quarter, "shapes")])
    for i in range(3):
        x = _convolve(x, quarter, f"quarter{i}")
    x = layers.UpSampling2D()(_convolve(x, half, "quarter3"))
    x = layers.Add()([x, _look(edges, half, "edges")])
    x = _convolve(x, half, "half0")
    x = layers.UpSampling2D()(_convolve(x, whole, "half1"))
    x = _convolve(x, whole, "whole0")
    painted = layers.Conv2D(3, 3, padding="same", dtype="float32", name="whole1")(x)
    return keras.Model([*seen, own, style], painted, name=BRUSH)


def _adapt(feature: Any, own: Any, style: Any, name: str) -> Any:
    """Return a layer's features with the style's mean and deviation in each channel in place of the picture's own."""
    (mean, deviation), (wanted_mean, wanted_deviation) = part(own, name), part(style, name)
    contrast = ops.minimum(ops.exp(wanted_deviation - deviation), MOST_CONTRAST)
    return (feature - _everywhere(mean)) * _everywhere(contrast) + _everywhere(wanted_mean)


def _everywhere(values: Any) -> Any:
    return layers.Reshape((1, 1, values.shape[-1]))(values)


def _convolve(x: Any, width: int, name: str) -> Any:
    return layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(x)


def _look(x: Any, width: int, name: str) -> Any:
    return layers.Conv2D(width, 1, kernel_initializer="zeros", use_bias=False, name=name)(x)
