"""How a painter learns in one `fit`: what it paints is looked at through the VGG, beside the photo and the style."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ..losses import content_loss, gram, moments_loss, style_loss, variation_loss
from ..networks.decoder import BRUSH
from ..networks.vgg import VGG, describe
from ..vgg_layers import BRUSH_LAYERS
from .config import Config

METRICS = ("content", "style", "moments", "variation", "outside")


class Apprentice(keras.Model):  # type: ignore[misc]
    """The training of a `painter` on batches of (photo, style), as `sampling.draw_pairs` returns them.

    Its loss is that of Johnson et al. 2016 (https://arxiv.org/abs/1603.08155): the content's, plus the style's and the
    variation's as the `config` weighs them; plus AdaIN's; plus what lies outside of 0 to 1.
    """

    def __init__(self, painter: keras.Model, config: Config) -> None:
        super().__init__()
        self.brush, self.eye = painter.get_layer(BRUSH), painter.get_layer(VGG)
        self.weights_of = {"content": 1.0, "outside": 10.0} | {
            name: getattr(config, name) for name in ("style", "moments", "variation")
        }
        self.trackers = {name: keras.metrics.Mean(name=name) for name in METRICS}
        self.built = True  # its networks are: a resumed run fills them before it trains

    def call(self, inputs: Any) -> Any:
        """Return what is painted, and what the VGG sees in the photos and the styles."""
        photo, style = inputs
        seen = [ops.split(each, 2) for each in self.eye(ops.concatenate([photo, style]))]
        of_photo, of_style = zip(*seen, strict=True)
        content, style = (each[-len(BRUSH_LAYERS) :] for each in (of_photo, of_style))
        return self.brush([*content, describe(content), describe(style)]), of_photo, of_style

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the weighted sum."""
        picture, of_photo, of_style = y_pred
        painted = self.eye(picture)
        parts = {
            "content": content_loss(painted[-1], of_photo[-1]),
            "style": style_loss([gram(each) for each in painted], [gram(each) for each in of_style]),
            "moments": moments_loss(painted, of_style),
            "variation": variation_loss(picture),
            "outside": ops.mean(ops.square(picture - ops.clip(picture, 0, 1)), axis=(1, 2, 3)),
        }
        for name, value in parts.items():
            self.trackers[name].update_state(value)
        return ops.mean(sum(self.weights_of[name] * value for name, value in parts.items()))
