"""The decoder is AdaIN's, and at first computes what AdaIN's does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.metadata import WEIGHTS_FILE, Checkpoint
from core.networks import checkpoint
from plugins.style_transfer import train
from plugins.style_transfer.networks import decoder
from plugins.style_transfer.vgg_layers import ADAIN_LAYERS, CHANNELS, STATISTICS_SIZE, block_of


def test_the_layers_are_those_of_adain_s_decoder_in_their_order() -> None:
    network = decoder.assemble_decoder(decoder.WIDTHS)
    channels = [network.get_layer(name).kernel.shape[2:] for name in decoder.DECODER_LAYERS]
    assert channels == [
        *[(512, 256), (256, 256), (256, 256), (256, 256), (256, 128)],
        *[(128, 128), (128, 64), (64, 64), (64, 3)],
    ]
    names = [layer.name for layer in network.layers]
    assert [name for name in names if name in decoder.DECODER_LAYERS] == list(decoder.DECODER_LAYERS)


def test_a_new_decoder_ignores_all_but_the_deepest_layer() -> None:
    network = decoder.assemble_decoder((4, 4, 4))
    random = np.random.default_rng(0)
    sides = {name: 32 // 2 ** (block_of(name) - 1) for name in ADAIN_LAYERS}
    features = [random.random((1, side, side, CHANNELS[name]), np.float32) for name, side in sides.items()]
    content, style = (random.random((1, STATISTICS_SIZE), np.float32) for _ in range(2))
    before = network.predict_on_batch([*features, content, style])
    np.testing.assert_array_equal(
        network.predict_on_batch([*(2 * each for each in features[:-1]), features[-1], content, style]), before
    )
    changed = network.predict_on_batch([*features[:-1], 2 * features[-1], content, style])
    assert np.abs(changed - before).max() > 0.01


@pytest.mark.parametrize("storage", ["float32", "int8"])
def test_training_can_start_from_the_weights_of_a_decoder(tmp_path: Path, storage: Any) -> None:
    one, other = (decoder.assemble_decoder((4, 4, 4)) for _ in range(2))
    checkpoint.save(one, Checkpoint("build_style_transfer"), tmp_path, storage)
    train.load_layers(other, decoder.DECODER_LAYERS, tmp_path / WEIGHTS_FILE, "--decoder")
    for expected, loaded in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(expected, loaded, atol=0.01)
