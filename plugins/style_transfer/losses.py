"""Loss functions of style transfer, of Gatys et al. 2015 (https://arxiv.org/abs/1508.06576) and of AdaIN.

They take VGG features (n, h, w, channels), Gram matrices or images, and return one value per image, (n,), in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

Moments = tuple[Any, Any]  # channel means and standard deviations of a layer, (n, channels) each


def gram_matrix(feature: Any) -> Any:
    """Return the Gram matrices (n, channels, channels) of features (n, h, w, channels).

    Each entry is the mean over all positions of the product of two channels; Gatys et al. take the sum.
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
    """Return Gatys' style loss: a quarter of the mean squared difference of Gram matrices, averaged over layers."""
    losses = [ops.mean(ops.square(gram - target), axis=(1, 2)) / 4 for gram, target in zip(grams, targets, strict=True)]
    return sum(losses[1:], losses[0]) / len(losses)


def moments_loss(moments: Sequence[Moments], targets: Sequence[Moments]) -> Any:
    """Return AdaIN's style loss (https://arxiv.org/abs/1703.06868), summed over layers.

    It is the mean squared difference of the channel means plus that of the channel standard deviations, which
    `channel_moments` returns.
    """
    losses = [
        ops.mean(ops.square(moment - wanted), axis=1)
        for of_layer, target in zip(moments, targets, strict=True)
        for moment, wanted in zip(of_layer, target, strict=True)
    ]
    return sum(losses[1:], losses[0])


def total_variation_loss(image: Any) -> Any:
    """Return the mean squared difference of neighboring pixels of images (n, h, w, c), vertical plus horizontal."""
    vertical = image[:, 1:] - image[:, :-1]
    horizontal = image[:, :, 1:] - image[:, :, :-1]
    return ops.mean(ops.square(vertical), axis=(1, 2, 3)) + ops.mean(ops.square(horizontal), axis=(1, 2, 3))
