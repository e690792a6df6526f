"""How much of a photo's content, and of a painting's style, a picture holds: by the losses that painters go by."""

from __future__ import annotations

from typing import NamedTuple

import keras

from core.imaging.images import Image

from .losses import content_loss, gram, moments_loss, style_loss
from .networks.vgg import VGG, in_float32, look_through
from .resizing import resize
from .vgg_layers import CONTENT_LAYER, STYLE_LAYERS


class Judged(NamedTuple):
    """What a picture lacks, in features of VGG-19 that are 1 on average: the less, the better."""

    content_loss: float
    """Mean squared difference from the photo's features in block4_conv1."""
    style_loss: float
    """Gatys' loss: from the painting's Gram matrices, the mean over block1_conv1 to block4_conv1."""
    moments_loss: float
    """AdaIN's loss: from the means and deviations of their channels, summed over layers."""


def judge(network: keras.Model, picture: Image, content: Image, style: Image) -> Judged:
    """Return what `picture` lacks of the photo, which is taken to its size, and of the painting, each (h, w, 3)."""
    eye = look_through(in_float32(network.get_layer(VGG)), STYLE_LAYERS)
    photo = content if content.shape == picture.shape else resize(content, picture.shape)
    of_picture, of_photo, of_style = (eye.predict_on_batch(each[None]) for each in (picture, photo, style))
    pairs = [(of_picture[name], of_style[name]) for name in STYLE_LAYERS]
    found = (
        content_loss(of_picture[CONTENT_LAYER], of_photo[CONTENT_LAYER]),
        style_loss(*zip(*((gram(one), gram(other)) for one, other in pairs), strict=True)),
        moments_loss(*zip(*pairs, strict=True)),
    )
    return Judged(*(float(each[0]) for each in found))
