"""What a picture loses of another's content and style (Gatys et al. 2015, https://arxiv.org/abs/1508.06576).

All take what a VGG's layers give, (n, h, w, channels), and return one number for each picture, (n,), in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

from .networks.vgg import moments


def gram(feature: Any) -> Any:
    """Return the Gram matrices (n, channels, channels) of features: which go together, wherever they are.

    Each entry is the mean over all places of the product of two channels; Gatys et al. have the sum.
    """
    feature = ops.cast(feature, "float32")
    _, height, width, channels = ops.shape(feature)
    flat = ops.reshape(feature, (-1, height * width, channels))
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat) / ops.cast(height * width, "float32")


def content_loss(feature: Any, target: Any) -> Any:
    """Return the mean squared difference of features."""
    difference = ops.cast(feature, "float32") - ops.cast(target, "float32")
    return ops.mean(ops.square(difference), axis=(1, 2, 3))


def style_loss(grams: Sequence[Any], targets: Sequence[Any]) -> Any:
    """Return the mean over layers of Gatys' loss: a quarter of the mean squared difference of Gram matrices."""
    each = [ops.mean(ops.square(one - other), axis=(1, 2)) / 4 for one, other in zip(grams, targets, strict=True)]
    return sum(each[1:], each[0]) / len(each)


def moments_loss(features: Sequence[Any], targets: Sequence[Any]) -> Any:
    """Return the sum over layers of AdaIN's loss: the mean squared differences of channels' means and deviations."""
    losses = [
        ops.mean(ops.square(one - other), axis=1)
        for feature, target in zip(features, targets, strict=True)
        for one, other in zip(moments(feature), moments(target), strict=True)
    ]
    return sum(losses[1:], losses[0])


def variation_loss(picture: Any) -> Any:
    """Return the mean squared difference of neighbouring pixels of pictures (n, h, w, c), down plus across."""
    down = picture[:, 1:] - picture[:, :-1]
    across = picture[:, :, 1:] - picture[:, :, :-1]
    return ops.mean(ops.square(down), axis=(1, 2, 3)) + ops.mean(ops.square(across), axis=(1, 2, 3))
