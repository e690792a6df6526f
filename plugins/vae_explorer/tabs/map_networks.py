"""The networks of the tab "Map", and where images lie on their maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats, Image
from core.plugin import Plugin

from .. import latent_plane
from ..latent_plane import WHOLE, LatentPlane, Window
from .encodings import encode_test_images

SUBJECTS = {"digits": "mnist", "clothes": "fashion"}
NETWORKS = {"vae": "VAE", "ae": "AE", "aae": "AAE"}
ADVERSARIAL = "mnist_aae_2"


def checkpoints(data: str) -> list[str]:
    """Return the checkpoints that a data set has maps of: two or three, in the order of `NETWORKS`."""
    names = [f"{data}_{kind}_2" for kind in NETWORKS]
    return [name for name in names if not name.endswith("_aae_2") or name == ADVERSARIAL]


def plane_of(plugin: Plugin, checkpoint: str, window: Window | None = None) -> LatentPlane:
    """Return the region of a network's latent space that is shown in a window of its map; None is all of it."""
    plane = latent_plane.choose_plane(encode_test_images(plugin, checkpoint), checkpoint == ADVERSARIAL)
    return plane.part(window or WHOLE)


def encode(plugin: Plugin, checkpoint: str, image: Image) -> Floats:
    """Return the latent vector (2,) of an image (h, w, 1)."""
    latent: Floats = plugin.run("encode", image[None], checkpoint=checkpoint).mean[0]
    return latent


def nearest_test_images(plugin: Plugin, checkpoint: str, latent: Floats, count: int) -> NDArray[np.intp]:
    """Return the indices of test images, those with the nearest latent vectors first, as the map shows distances."""
    plane = plane_of(plugin, checkpoint)
    places = plane.positions_of(encode_test_images(plugin, checkpoint).mean)
    nearest: NDArray[np.intp] = np.linalg.norm(places - plane.positions_of(latent), axis=-1).argsort()
    return nearest[:count]
