"""The student: style transfer in one pass of small networks, without a VGG.

As in MicroAST (https://arxiv.org/abs/2211.15313), one small encoder sees the photo, another one the painting, and what
the second finds modulates a decoder. Where we differ from it: the style is one vector, the channel statistics of
layers of the style encoder; only the photo's features are normalized, by statistics that are computed once for the
whole photo, so that the tiles of a large photo agree; the decoder adds to a photo whose colors have the painting's
means and standard deviations already; and all convolutions are plain ones, most of them at a quarter of the
resolution, which are faster on CPUs than depthwise ones at the full resolution.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from .statistics import as_feature, split_statistics

CONTENT_ENCODER, STYLE_ENCODER, STYLE_DECODER = "content_encoder", "style_encoder", "style_decoder"
COLORS, HALF_WIDTH, EIGHTH_WIDTH = 3, 32, 128  # channels of an image, and of features at a half and an eighth
CODE_SIZE = 128  # of what the decoder's scales and shifts are computed from
MAX_CONTRAST = 30.0  # limit of what a channel is multiplied by to have a standard deviation of 1


def content_widths(width: int) -> tuple[int, ...]:
    """Return the channels of the content encoder's outputs, for the `width` at a quarter of the resolution."""
    return COLORS, HALF_WIDTH, width


def style_widths(width: int) -> tuple[int, ...]:
    """Return the channels of the style encoder's outputs, for the `width` at a quarter of the resolution."""
    return *content_widths(width), EIGHTH_WIDTH


def assemble_content_encoder(width: int) -> keras.Model:
    """Return the network from photos (n, h, w, 3) in 0 to 1 to these, and to features at a half and a quarter."""
    image = keras.Input((None, None, COLORS))
    return keras.Model(image, [image, *_encode(image, width, "content")], name=CONTENT_ENCODER)


def assemble_style_encoder(width: int) -> keras.Model:
    """Return the network from paintings (n, h, w, 3) in 0 to 1 to these, and to features at 1/2, 1/4 and 1/8."""
    image = keras.Input((None, None, COLORS))
    half, quarter = _encode(image, width, "style")
    eighth = _convolve(quarter, EIGHTH_WIDTH, "style_eighth", strides=2)
    return keras.Model(image, [image, half, quarter, eighth], name=STYLE_ENCODER)


def assemble_style_decoder(width: int, blocks: int) -> keras.Model:
    """Return the network that applies a style to a photo and its features.

    Its inputs are the outputs of the content encoder, their `channel_statistics` over the whole photo, and those of
    the style encoder's outputs; its output is the stylized image (n, h, w, 3), not clipped.

    Args:
        width: channels at a quarter of the resolution.
        blocks: residual blocks there.
    """
    photo, half, quarter = (keras.Input((None, None, each), name=f"features{each}") for each in content_widths(width))
    content = keras.Input((2 * sum(content_widths(width)),), name="content_statistics")
    style = keras.Input((2 * sum(style_widths(width)),), name="style_statistics")
    of_photo, of_half, of_quarter = split_statistics(content, content_widths(width))
    mean, log_deviation = next(split_statistics(style, style_widths(width)))
    recolored = _normalize(photo, *of_photo) * as_feature(ops.exp(log_deviation)) + as_feature(mean)
    code = layers.Dense(CODE_SIZE, activation="relu", name="style_code")(style)
    x = _modulate(_normalize(quarter, *of_quarter), code, "quarter")
    for i in range(blocks):
        y = ops.relu(_modulate(_convolve(x, width, f"block{i}_in", activation=None), code, f"block{i}"))
        y = _convolve(y, width, f"block{i}_out", activation=None, kernel_initializer="zeros")
        x = layers.Add(name=f"block{i}")([x, y])
    x = ops.depth_to_space(_convolve(x, 4 * HALF_WIDTH, "to_half"), 2)
    x = layers.Add(name="skip")([x, _modulate(_normalize(half, *of_half), code, "half")])
    x = ops.relu(_modulate(_convolve(x, HALF_WIDTH, "half_in", activation=None), code, "image"))
    x = layers.Conv2D(4 * COLORS, 3, padding="same", kernel_initializer="zeros", dtype="float32", name="to_full")(x)
    return keras.Model([photo, half, quarter, content, style], recolored + ops.depth_to_space(x, 2), name=STYLE_DECODER)


def _encode(image: Any, width: int, prefix: str) -> list[Any]:
    """Return features of an image at half and at a quarter of its resolution."""
    x = layers.Rescaling(2, -1, name=f"{prefix}_rescaling")(image)
    half = _convolve(ops.space_to_depth(x, 2), HALF_WIDTH, f"{prefix}_half")
    return [half, _convolve(half, width, f"{prefix}_quarter", strides=2)]


def _convolve(x: Any, width: int, name: str, **settings: Any) -> Any:
    settings = {"activation": "relu", "kernel_initializer": "he_normal"} | settings
    return layers.Conv2D(width, 3, padding="same", name=name, **settings)(x)


def _normalize(feature: Any, mean: Any, log_deviation: Any) -> Any:
    """Return features whose channels have a mean of 0 and a standard deviation of 1 over the whole photo."""
    contrast = ops.minimum(ops.exp(-log_deviation), MAX_CONTRAST)
    return (feature - as_feature(mean)) * as_feature(contrast)


def _modulate(x: Any, code: Any, name: str) -> Any:
    """Return `x`, each channel scaled and shifted by what a dense layer, at first zero, computes from the style."""
    width = x.shape[-1]
    changes = layers.Dense(2 * width, kernel_initializer="zeros", name=f"{name}_modulation")(code)
    return x * (1 + as_feature(changes[:, :width])) + as_feature(changes[:, width:])
