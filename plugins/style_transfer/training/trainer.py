"""Trains the decoder on perceptual losses of its output."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ..losses import content_loss, gram_matrix, moments_loss, style_loss, total_variation_loss
from ..networks.decoder import DECODER
from ..networks.vgg import VGG, channel_statistics
from ..vgg_layers import ADAIN_LAYERS
from .config import Config

TERMS = ("content", "style", "moments", "variation", "out_of_range")
OUT_OF_RANGE_WEIGHT = 10.0


class StyleTransferTrainer(keras.Model):  # type: ignore[misc]
    """Trains the decoder of a style transfer network on batches (content, style) of `sample_pairs`.

    The loss is that of Johnson et al. 2016 (https://arxiv.org/abs/1603.08155): content, style (Gram matrices) and total
    variation; plus AdaIN's loss of channel moments; plus the squared distance of pixels from 0 to 1.

    Args:
        network: from `build_style_transfer`; its VGG stays frozen.
        config: holds the weights of the losses.
    """

    def __init__(self, network: keras.Model, config: Config) -> None:
        super().__init__()
        self.decoder, self.vgg = network.get_layer(DECODER), network.get_layer(VGG)
        configured = {name: getattr(config, name) for name in ("style", "moments", "variation")}
        self.loss_weights = {"content": 1.0, "out_of_range": OUT_OF_RANGE_WEIGHT} | configured
        self.trackers = {name: keras.metrics.Mean(name=name) for name in TERMS}
        self.built = True  # its networks are built; a resumed run loads their weights before the first batch

    def call(self, inputs: Any) -> Any:
        """Return the stylized images, and the VGG features of the content and of the style images."""
        content, style = inputs
        pairs = [ops.split(each, 2) for each in self.vgg(ops.concatenate([content, style]))]
        of_content, of_style = zip(*pairs, strict=True)
        features, style_features = (each[-len(ADAIN_LAYERS) :] for each in (of_content, of_style))
        stylized = self.decoder([*features, channel_statistics(features), channel_statistics(style_features)])
        return stylized, of_content, of_style

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the weighted sum of the losses, averaged over the batch."""
        stylized, of_content, of_style = y_pred
        features = self.vgg(stylized)
        terms = {
            "content": content_loss(features[-1], of_content[-1]),
            "style": style_loss([gram_matrix(each) for each in features], [gram_matrix(each) for each in of_style]),
            "moments": moments_loss(features, of_style),
            "variation": total_variation_loss(stylized),
            "out_of_range": ops.mean(ops.square(stylized - ops.clip(stylized, 0, 1)), axis=(1, 2, 3)),
        }
        for name, value in terms.items():
            self.trackers[name].update_state(value)
        return ops.mean(sum(self.loss_weights[name] * value for name, value in terms.items()))
