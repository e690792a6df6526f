"""An image as the only trainable weight of a Keras model, optimized to match VGG features.

Gatys, Ecker & Bethge 2015 (https://arxiv.org/abs/1508.06576), in backend-neutral Keras.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from core.imaging.images import Floats, Image

from .loss_weights import TERMS, Losses, LossWeights
from .losses import content_loss, gram_matrix, style_loss, total_variation_loss
from .networks.vgg import feature_extractor
from .resizing import pad_mirrored

MARGIN = 16  # pixels: of a mirrored margin around the image, optimized with it and cropped


class OptimizedImage(keras.Model):  # type: ignore[misc]
    """An image (h, w, 3) with a mirrored margin, and its loss relative to a content and a style image.

    Args:
        vgg: computes the features; from `assemble_vgg` or `load_keras_vgg`.
        initial: the image to start from (h, w, 3).
        content: the content image, of the size of `initial`.
        style: the style image, of any size.
        weights: of the loss terms, and the layers that they compare.
        margin: width of the margin in pixels.
    """

    def __init__(
        self, vgg: keras.Model, initial: Image, content: Image, style: Image, weights: LossWeights, margin: int = MARGIN
    ) -> None:
        super().__init__()
        self.loss_weights, self.margin = weights, margin
        names = tuple(dict.fromkeys([*weights.content_layers, *weights.style_layers]))
        self.vgg = feature_extractor(vgg, names)
        of_content, of_style = self.vgg(pad_mirrored(content, margin)[None]), self.vgg(style[None])
        self.targets = [
            *(ops.convert_to_numpy(of_content[name]) for name in weights.content_layers),
            *(ops.convert_to_numpy(gram_matrix(of_style[name])) for name in weights.style_layers),
        ]
        padded = pad_mirrored(initial, margin)
        self.pixels = self.add_weight((1, *padded.shape), name="pixels")
        self.pixels.assign(padded[None])
        self.trackers = {name: keras.metrics.Mean(name=name) for name in TERMS}

    def call(self, targets: Any) -> Any:
        """Return the current image with its margin, (1, h + 2 · margin, w + 2 · margin, 3)."""
        return ops.convert_to_tensor(self.pixels)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the weighted sum of the three losses."""
        weights, targets = self.loss_weights, [ops.convert_to_tensor(each) for each in x]
        count = len(weights.content_layers)
        features = self.vgg(y_pred)
        contents = [content_loss(features[name], targets[i]) for i, name in enumerate(weights.content_layers)]
        grams = [gram_matrix(features[name]) for name in weights.style_layers]
        zero = ops.zeros((1,))
        terms = {
            "content": sum(contents, zero),
            "style": style_loss(grams, targets[count:]) if grams else zero,
            "variation": total_variation_loss(y_pred),
        }
        for name, value in terms.items():
            self.trackers[name].update_state(value)
        return ops.mean(sum(getattr(weights, name) * value for name, value in terms.items()))

    def step(self) -> Losses:
        """Take one optimizer step, and return the losses of the image before it."""
        self.reset_metrics()
        logs = self.train_on_batch(list(self.targets), return_dict=True)  # a copy: Keras wrapped the attribute's list
        return Losses(*(float(logs[name]) for name in TERMS))

    @property
    def values(self) -> Floats:
        """The image with its margin as a vector of (h + 2 · margin) · (w + 2 · margin) · 3 values."""
        values: Floats = ops.convert_to_numpy(self.pixels.value).ravel()
        return values

    @values.setter
    def values(self, values: Floats) -> None:
        self.pixels.assign(np.asarray(values, np.float32).reshape(self.pixels.shape))

    def image(self) -> Image:
        """Return the current image (h, w, 3) without its margin, clipped to 0 to 1."""
        padded = self.values.reshape(self.pixels.shape[1:])
        bottom, right = (side - self.margin for side in padded.shape[:2])
        return np.clip(padded[self.margin : bottom, self.margin : right], 0, 1)

    def losses_and_gradient(self, values: Floats) -> tuple[Losses, Floats]:
        """Return the losses at `values`, and the gradient of their weighted sum.

        The model must be compiled with SGD at a rate of 1: the gradient is what one step subtracts.
        """
        self.values = values
        losses = self.step()
        gradient = values - self.values
        self.values = values
        return losses, gradient.astype(np.float64)
