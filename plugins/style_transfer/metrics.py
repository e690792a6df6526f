"""Scores of a stylized image: the losses of style transfer, in VGG-19's features."""

from __future__ import annotations

from typing import NamedTuple

import keras

from core.imaging.images import Image
from core.imaging.resizing import resize_bicubic

from .losses import content_loss, gram_matrix, moments_loss, style_loss
from .networks.statistics import channel_moments
from .networks.vgg import VGG, feature_extractor, in_float32
from .vgg_layers import CONTENT_LAYER, STYLE_LAYERS


class StyleScores(NamedTuple):
    """Losses of a stylized image in normalized VGG-19 features: lower is better, 0 is perfect."""

    content_loss: float
    """Mean squared difference from the content's features in block4_conv1."""
    style_loss: float
    """Gatys' loss: difference of Gram matrices from the style's, mean over block1_conv1 to block4_conv1."""
    moments_loss: float
    """AdaIN's loss: difference of channel means and deviations from the style's, summed over these layers."""


def score_image(network: keras.Model, image: Image, content: Image, style: Image) -> StyleScores:
    """Return the losses of `image`, computed in float32.

    Args:
        network: from `build_style_transfer`.
        image: the stylized image (h, w, 3).
        content: the content image (h, w, 3), resized to the size of `image`.
        style: the style image (h, w, 3), not resized: Gram matrices depend on the size of the strokes.
    """
    vgg = feature_extractor(in_float32(network.get_layer(VGG)), STYLE_LAYERS)
    resized = resize_bicubic(content, *image.shape[:2])
    found, of_content, of_style = (vgg.predict_on_batch(each[None]) for each in (image, resized, style))
    features, targets = ([by_layer[name] for name in STYLE_LAYERS] for by_layer in (found, of_style))
    losses = (
        content_loss(found[CONTENT_LAYER], of_content[CONTENT_LAYER]),
        style_loss([gram_matrix(each) for each in features], [gram_matrix(each) for each in targets]),
        moments_loss([*map(channel_moments, features)], [*map(channel_moments, targets)]),
    )
    return StyleScores(*(float(each[0]) for each in losses))
