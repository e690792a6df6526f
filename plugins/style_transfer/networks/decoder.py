"""AdaIN and its decoder (Huang & Belongie 2017, https://arxiv.org/abs/1703.06868): from VGG features to an image.

Where we differ from the paper: the decoder also gets the features of two shallower layers, and the channel statistics
of the content are an input, computed once for the whole image, so that the tiles of a large image agree.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from ..vgg_layers import ADAIN_LAYERS, ADAIN_WIDTHS, CHANNELS, STATISTICS_SIZE
from .statistics import as_feature, split_statistics

DECODER = "decoder"
WIDTHS = 64, 128, 256  # channels at full, half and quarter resolution, as in AdaIN's decoder
MAX_CONTRAST = 10.0  # limit of the ratio of the style's to the content's standard deviation
DECODER_LAYERS = (  # each mirrors the VGG layer in its name, from the deepest on
    "decoder_block4_conv1",
    "decoder_block3_conv4",
    "decoder_block3_conv3",
    "decoder_block3_conv2",
    "decoder_block3_conv1",
    "decoder_block2_conv2",
    "decoder_block2_conv1",
    "decoder_block1_conv2",
    "decoder_block1_conv1",
)


def assemble_decoder(widths: tuple[int, int, int]) -> keras.Model:
    """Return the network that applies AdaIN to VGG features and decodes them.

    Its inputs are the content's features of `ADAIN_LAYERS`, then the statistics (n, 1792) of the content and of the
    style; its output is the stylized image (n, h, w, 3), not clipped. Height and width are multiples of 8.

    The 1 × 1 convolutions of the two shallower layers start at zero: with the weights of AdaIN's decoder, the network
    first computes what AdaIN does, except at the border and for `MAX_CONTRAST`.

    Args:
        widths: channels at full, half and quarter resolution.
    """
    features = [keras.Input((None, None, CHANNELS[name]), name=name) for name in ADAIN_LAYERS]
    content, style = (keras.Input((STATISTICS_SIZE,), name=f"{name}_statistics") for name in ("content", "style"))
    own, wanted = (split_statistics(each, ADAIN_WIDTHS) for each in (content, style))
    block2, block3, block4 = (_adain(*each) for each in zip(features, own, wanted, strict=True))
    full, half, quarter = widths
    x = layers.UpSampling2D()(_convolve(block4, quarter, "decoder_block4_conv1"))
    x = layers.Add()([x, _skip(block3, quarter, "adain_block3")])
    for i in (4, 3, 2):
        x = _convolve(x, quarter, f"decoder_block3_conv{i}")
    x = layers.UpSampling2D()(_convolve(x, half, "decoder_block3_conv1"))
    x = layers.Add()([x, _skip(block2, half, "adain_block2")])
    x = _convolve(x, half, "decoder_block2_conv2")
    x = layers.UpSampling2D()(_convolve(x, full, "decoder_block2_conv1"))
    x = _convolve(x, full, "decoder_block1_conv2")
    image = layers.Conv2D(3, 3, padding="same", dtype="float32", name="decoder_block1_conv1")(x)
    return keras.Model([*features, content, style], image, name=DECODER)


def _adain(feature: Any, content: tuple[Any, Any], style: tuple[Any, Any]) -> Any:
    """Return a layer's features with the channel means and log deviations of the content replaced by the style's."""
    (mean, log_deviation), (style_mean, style_log_deviation) = content, style
    contrast = ops.minimum(ops.exp(style_log_deviation - log_deviation), MAX_CONTRAST)
    return (feature - as_feature(mean)) * as_feature(contrast) + as_feature(style_mean)


def _convolve(x: Any, width: int, name: str) -> Any:
    return layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(x)


def _skip(x: Any, width: int, name: str) -> Any:
    """Return a 1 × 1 convolution of `x` that starts at zero."""
    return layers.Conv2D(width, 1, kernel_initializer="zeros", use_bias=False, name=name)(x)
