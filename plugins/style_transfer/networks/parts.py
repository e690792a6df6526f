"""What feed-forward style transfer needs of a network, AdaIN's or the student: two encoders and a decoder."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import keras

from ..vgg_layers import ADAIN_LAYERS, ADAIN_WIDTHS, block_of
from .decoder import DECODER
from .statistics import channel_statistics
from .student import CONTENT_ENCODER, STYLE_DECODER, STYLE_ENCODER, content_widths, style_widths
from .vgg import VGG

MARGIN = 64  # pixels, mirrored: so that no zero padding shows
STUDENT_MARGIN = 32  # pixels: the networks have a smaller receptive field


class FeedforwardParts(NamedTuple):
    """The parts of a network, and the margin of mirrored pixels that photos and paintings get before it."""

    content_encoder: keras.Model
    """From photos (n, h, w, 3) with a margin to features, and their `channel_statistics` without the margin."""
    style_encoder: keras.Model
    """From paintings, or photos, with a margin to the `channel_statistics` of its own features without the margin."""
    decoder: keras.Model
    """From features, their statistics, and the statistics of a style to the stylized images."""
    content_widths: Sequence[int]
    """Channels of each layer in the content encoder's statistics."""
    style_widths: Sequence[int]
    """Channels of each layer in the style encoder's statistics."""
    margin: int
    """Pixels."""


@functools.lru_cache(8)  # each network is traced once
def parts_of(network: keras.Model) -> FeedforwardParts:
    """Return the parts of a network from `build_style_transfer` or `build_student`."""
    if VGG in (layer.name for layer in network.layers):
        return _parts_of_adain(network)
    content, style, decoder = map(network.get_layer, (CONTENT_ENCODER, STYLE_ENCODER, STYLE_DECODER))
    width = content.outputs[-1].shape[-1]
    margins = [STUDENT_MARGIN // stride for stride in (1, 2, 4, 8)]
    statistics = [_inner_statistics(encoder.outputs, margins) for encoder in (content, style)]
    encoder = keras.Model(content.input, [*content.outputs, statistics[0]])
    of_style = keras.Model(style.input, statistics[1])
    return FeedforwardParts(encoder, of_style, decoder, content_widths(width), style_widths(width), STUDENT_MARGIN)


def _parts_of_adain(network: keras.Model) -> FeedforwardParts:
    vgg = network.get_layer(VGG)
    features = vgg.outputs[-len(ADAIN_LAYERS) :]
    statistics = _inner_statistics(features, [MARGIN // 2 ** (block_of(name) - 1) for name in ADAIN_LAYERS])
    encoder, of_style = keras.Model(vgg.input, [*features, statistics]), keras.Model(vgg.input, statistics)
    return FeedforwardParts(encoder, of_style, network.get_layer(DECODER), ADAIN_WIDTHS, ADAIN_WIDTHS, MARGIN)


def _inner_statistics(features: Sequence[keras.KerasTensor], margins: Sequence[int]) -> keras.KerasTensor:
    """Return the `channel_statistics` of features without a margin: of so many of their own pixels."""
    return channel_statistics([x[:, side:-side, side:-side] for x, side in zip(features, margins, strict=False)])
