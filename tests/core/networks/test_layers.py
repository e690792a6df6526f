"""Layers that several plugins use."""

from __future__ import annotations

import keras
import numpy as np

from core.networks.layers import residual_blocks, unpack_singleton


def test_residual_blocks_start_as_the_identity() -> None:
    inputs = keras.Input((8, 8, 4))
    network = keras.Model(inputs, residual_blocks(inputs, 2, "encoder_"))
    image = np.random.default_rng(0).random((1, 8, 8, 4), np.float32)
    np.testing.assert_array_equal(network(image), image)
    names = [layer.name for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert names == ["encoder_block0_in", "encoder_block0_out", "encoder_block1_in", "encoder_block1_out"]


def test_a_list_of_one_is_unpacked() -> None:
    assert unpack_singleton(["x"]) == "x"
    assert unpack_singleton(["x", "y"]) == ["x", "y"]
