"""Trains the two networks of feed-forward style transfer on perceptual losses of their output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from ..losses import Moments, content_loss, gram_matrix, moments_loss, style_loss, total_variation_loss
from ..networks.decoder import DECODER
from ..networks.statistics import channel_moments, channel_statistics
from ..networks.vgg import VGG
from ..vgg_layers import ADAIN_LAYERS
from .config import Config
from .styles import MARGIN, split_targets

TERMS = ("content", "style", "moments", "variation", "out_of_range")
OUT_OF_RANGE_WEIGHT = 10.0


class Outcome(NamedTuple):
    """A batch of stylized images, and the VGG features that they should have."""

    stylized: Any
    content: Any
    """Features of the photos, in the layer that the content loss compares."""
    grams: Sequence[Any]
    """Gram matrices of the paintings, in the layers that the style loss compares."""
    moments: Sequence[Moments]
    """Channel moments of the paintings in these layers."""


class PerceptualTrainer(keras.Model):  # type: ignore[misc]
    """Trains a network on perceptual losses; a subclass's `call` returns the `Outcome` of a batch.

    The loss is that of Johnson et al. 2016 (https://arxiv.org/abs/1603.08155): content, style (Gram matrices) and total
    variation; plus AdaIN's loss of channel moments; plus the squared distance of pixels from 0 to 1.

    Args:
        vgg: from `assemble_vgg`; it stays frozen.
        config: holds the weights of the losses.
    """

    def __init__(self, vgg: keras.Model, config: Config) -> None:
        super().__init__()
        self.vgg = vgg
        configured = {name: getattr(config, name) for name in ("style", "moments", "variation")}
        self.loss_weights = {"content": 1.0, "out_of_range": OUT_OF_RANGE_WEIGHT} | configured
        self.trackers = {name: keras.metrics.Mean(name=name) for name in TERMS}
        self.built = True  # its networks are built; a resumed run loads their weights before the first batch

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the weighted sum of the losses, averaged over the batch."""
        outcome = y_pred
        features = self.vgg(outcome.stylized)
        outside = outcome.stylized - ops.clip(outcome.stylized, 0, 1)
        terms = {
            "content": content_loss(features[-1], outcome.content),
            "style": style_loss([gram_matrix(each) for each in features], outcome.grams),
            "moments": moments_loss([channel_moments(each) for each in features], outcome.moments),
            "variation": total_variation_loss(outcome.stylized),
            "out_of_range": ops.mean(ops.square(outside), axis=(1, 2, 3)),
        }
        for name, value in terms.items():
            self.trackers[name].update_state(value)
        return ops.mean(sum(self.loss_weights[name] * value for name, value in terms.items()))


class DecoderTrainer(PerceptualTrainer):
    """Trains AdaIN's decoder on batches (photos, paintings) of `sample_pairs`.

    Args:
        network: from `build_style_transfer`.
        config: holds the weights of the losses.
    """

    def __init__(self, network: keras.Model, config: Config) -> None:
        super().__init__(network.get_layer(VGG), config)
        self.decoder = network.get_layer(DECODER)

    def call(self, inputs: Any) -> Outcome:
        """Return the stylized images and their targets, in whose features the decoder's inputs are as well."""
        content, style = inputs
        pairs = [ops.split(each, 2) for each in self.vgg(ops.concatenate([content, style]))]
        of_content, of_style = zip(*pairs, strict=True)
        features, style_features = (each[-len(ADAIN_LAYERS) :] for each in (of_content, of_style))
        stylized = self.decoder([*features, channel_statistics(features), channel_statistics(style_features)])
        grams, moments = ([of(each) for each in of_style] for of in (gram_matrix, channel_moments))
        return Outcome(stylized, of_content[-1], grams, moments)


class StudentTrainer(PerceptualTrainer):
    """Trains the student on batches (photos with a margin, paintings, *targets of the paintings) of `StyleTargets`.

    Args:
        network: from `build_student`.
        vgg: from `assemble_vgg`.
        config: holds the weights of the losses.
    """

    def __init__(self, network: keras.Model, vgg: keras.Model, config: Config) -> None:
        super().__init__(vgg, config)
        self.network = network

    def call(self, inputs: Any) -> Outcome:
        """Return the stylized photos without their margin, and their targets."""
        content, style, *targets = inputs
        stylized, photo = (
            each[:, MARGIN:-MARGIN, MARGIN:-MARGIN] for each in (self.network([content, style]), content)
        )
        return Outcome(stylized, self.vgg(photo)[-1], *split_targets(targets))
