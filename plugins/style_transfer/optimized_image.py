"""A picture that is painted by descent: it is the only weight, and a VGG's features of it make the loss.

Gatys, Ecker & Bethge 2015 (https://arxiv.org/abs/1508.06576), in plain Keras: any backend finds the slope.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from core.imaging.images import Floats, Image

from .loss_weights import PARTS, Aim, Losses
from .losses import content_loss, gram, style_loss, variation_loss
from .networks.vgg import look_through
from .resizing import frame

MARGIN = 16  # pixels about the picture, mirrored, lest what a VGG makes of the nothing beyond be painted


class Canvas(keras.Model):  # type: ignore[misc]
    """A picture (h, w, 3) with a margin, by what a VGG finds in it, in a photo of its size and in a style."""

    def __init__(
        self, vgg: keras.Model, start: Image, photo: Image, style: Image, aim: Aim, margin: int = MARGIN
    ) -> None:
        super().__init__()
        self.aim, self.margin = aim, margin
        names = tuple(dict.fromkeys([*aim.content_layers, *aim.style_layers]))
        self.eye = look_through(vgg, names)
        of_photo, of_style = self.eye(frame(photo, margin)[None]), self.eye(style[None])
        self.targets = [
            *(ops.convert_to_numpy(of_photo[name]) for name in aim.content_layers),
            *(ops.convert_to_numpy(gram(of_style[name])) for name in aim.style_layers),
        ]
        framed = frame(start, margin)
        self.picture = self.add_weight((1, *framed.shape), name="picture")
        self.picture.assign(framed[None])
        self.trackers = {name: keras.metrics.Mean(name=name) for name in PARTS}

    def call(self, targets: Any) -> Any:
        """Return the picture as it stands."""
        return ops.convert_to_tensor(self.picture)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the weighted sum of the three losses."""
        count, targets = len(self.aim.content_layers), [ops.convert_to_tensor(each) for each in x]
        seen = self.eye(y_pred)
        contents = [content_loss(seen[name], targets[i]) for i, name in enumerate(self.aim.content_layers)]
        grams = [gram(seen[name]) for name in self.aim.style_layers]
        nothing = ops.zeros((1,))
        parts = {
            "content": sum(contents, nothing),
            "style": style_loss(grams, targets[count:]) if grams else nothing,
            "variation": variation_loss(y_pred),
        }
        for name, value in parts.items():
            self.trackers[name].update_state(value)
        return ops.mean(sum(getattr(self.aim, name) * value for name, value in parts.items()))

    def step(self) -> Losses:
        """Move once, and return the losses of the picture as it was before."""
        self.reset_metrics()
        found = self.train_on_batch(list(self.targets), return_dict=True)  # Keras made a list of its own of it
        return Losses(*(float(found[name]) for name in PARTS))

    @property
    def values(self) -> Floats:
        """The picture with its margin, (h + 2 · margin) · (w + 2 · margin) · 3 numbers."""
        values: Floats = ops.convert_to_numpy(self.picture.value).ravel()
        return values

    @values.setter
    def values(self, values: Floats) -> None:
        self.picture.assign(np.asarray(values, np.float32).reshape(self.picture.shape))

    def show(self) -> Image:
        """Return the picture as it stands, without its margin, clipped to 0 to 1."""
        framed = self.values.reshape(self.picture.shape[1:])
        height, width = (side - self.margin for side in framed.shape[:2])
        return np.clip(framed[self.margin : height, self.margin : width], 0, 1)

    def slope_at(self, values: Floats) -> tuple[Losses, Floats]:
        """Return the losses of the picture that `values` are, and the slope there: by a step of SGD at a rate of 1."""
        self.values = values
        losses = self.step()
        slope = values - self.values
        self.values = values
        return losses, slope.astype(np.float64)
