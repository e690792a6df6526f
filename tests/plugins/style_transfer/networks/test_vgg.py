"""VGG-19 is normalized."""

from __future__ import annotations

import keras
import numpy as np

from core.imaging import images
from plugins.style_transfer import gallery, resizing
from plugins.style_transfer.networks import vgg
from plugins.style_transfer.vgg_layers import LAYERS

PAINTING = gallery.find_painting("Vincent van Gogh")


def test_the_bundled_vgg_is_normalized(network: keras.Model) -> None:
    extractor = vgg.feature_extractor(network.get_layer(vgg.VGG), LAYERS)
    photos = [resizing.shrink_to(images.load(path), 256)[:160, :160] for path in (*gallery.PHOTOS, PAINTING)]
    for name, features in extractor.predict_on_batch(np.stack(photos)).items():
        assert 0.5 < features.mean() < 2, name
