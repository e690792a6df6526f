"""Snapshots of a two-dimensional latent space during training."""

from __future__ import annotations

import keras
import numpy as np

from core.imaging import grids, images
from core.imaging.images import Image
from core.training.callbacks import Arrays

from .. import latent_plane
from ..model import decode, encode

GRID_SIDE = 14  # decoded images along each side of the manifold


def snapshot_plane(network: keras.Model, test: Image) -> Arrays:
    """Return the decoded `manifolds` (h, w, c), in uint8, and the `positions` (n, 2) on it of `test` images.

    The manifold is a grid of images decoded from latent vectors all over the plane; for positions see `LatentPlane`.
    """
    encoded = encode(network, test)
    plane = latent_plane.choose_plane(encoded)
    cells = decode(network, plane.latents_at(latent_plane.cell_centers(GRID_SIDE)))
    manifold = images.to_uint8(grids.make_grid(cells, GRID_SIDE))
    return {"manifolds": manifold, "positions": plane.positions_of(encoded.mean).astype(np.float16)}
