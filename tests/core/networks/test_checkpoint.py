"""Checkpoints: exact round trips, float16, int8, and a clear message for everything that does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core import metadata
from core.metadata import METADATA_FILE, WEIGHTS_FILE, Checkpoint, CheckpointError
from core.networks import checkpoint


def build_tiny(width: int = 3) -> keras.Model:
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(width, name="only")(inputs), name="tiny")


@pytest.fixture
def model() -> ModuleType:
    module = ModuleType("plugins.tiny.model")
    module.build_tiny = build_tiny
    return module


def test_a_round_trip_is_exact(tmp_path: Path, model: ModuleType) -> None:
    network = build_tiny(width=5)
    checkpoint.save(network, Checkpoint("build_tiny", {"width": 5}, {"psnr": 1.0}), tmp_path)
    values = np.ones((1, 2), np.float32)
    np.testing.assert_array_equal(checkpoint.load(tmp_path, model)(values), network(values))
    assert metadata.read(tmp_path).scores == {"psnr": 1.0}


def test_a_flipped_bit_in_the_weights_is_noticed(tmp_path: Path, model: ModuleType) -> None:
    checkpoint.save(build_tiny(), Checkpoint("build_tiny"), tmp_path)
    content = bytearray((tmp_path / WEIGHTS_FILE).read_bytes())
    content[-1] ^= 1
    (tmp_path / WEIGHTS_FILE).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"model\.safetensors is damaged, its sha256"):
        checkpoint.load(tmp_path, model)


def test_float16_halves_the_file_and_loads_as_float32(tmp_path: Path, model: ModuleType) -> None:
    network = build_tiny()
    checkpoint.save(network, Checkpoint("build_tiny"), tmp_path, "float16")
    loaded = checkpoint.load(tmp_path, model)
    assert {variable.dtype for variable in loaded.variables} == {"float32"}
    np.testing.assert_allclose(loaded.get_weights()[0], network.get_weights()[0], atol=1e-3)


def test_int8_rounds_each_channel_to_a_127th_of_its_largest_value(tmp_path: Path, model: ModuleType) -> None:
    network = build_tiny(width=4)
    kernel = np.array([[0.5, 300.0, 0.0, -1e-6], [-0.25, -7.0, 0.0, 1e-7]], np.float32)
    bias = np.array([0.1, -0.2, 0.3, 0.4], np.float32)
    network.set_weights([kernel, bias])
    checkpoint.save(network, Checkpoint("build_tiny", {"width": 4}), tmp_path, "int8")
    stored = load_file(tmp_path / WEIGHTS_FILE)
    assert {name: values.dtype.name for name, values in stored.items()} == {
        "only/kernel": "int8",
        "only/kernel:scale": "float32",
        "only/bias": "float16",
    }
    loaded = checkpoint.load(tmp_path, model).get_weights()
    assert (np.abs(loaded[0] - kernel) <= np.abs(kernel).max(axis=0) / 254 * 1.001).all()
    np.testing.assert_allclose(loaded[1], bias, rtol=1e-3)


def test_each_variable_can_have_its_own_storage_dtype(tmp_path: Path) -> None:
    dtypes = {"only/kernel": "float16", "only/bias": "float32"}
    checkpoint.save(build_tiny(), Checkpoint("build_tiny"), tmp_path, dtypes.__getitem__)
    assert {name: values.dtype.name for name, values in load_file(tmp_path / WEIGHTS_FILE).items()} == dtypes


def test_a_quantized_network_equals_the_loaded_one(tmp_path: Path, model: ModuleType) -> None:
    network = build_tiny()
    before = network.get_weights()[0]
    checkpoint.save(network, Checkpoint("build_tiny"), tmp_path, "int8")
    checkpoint.quantize(network, "int8")
    assert not np.array_equal(network.get_weights()[0], before)
    np.testing.assert_array_equal(network.get_weights()[0], checkpoint.load(tmp_path, model).get_weights()[0])


def test_int8_holds_values_too_large_for_float16(tmp_path: Path, model: ModuleType) -> None:
    network = build_tiny()
    network.set_weights([np.full((2, 3), 1e5, np.float32), np.zeros(3, np.float32)])
    checkpoint.save(network, Checkpoint("build_tiny"), tmp_path, "int8")
    np.testing.assert_allclose(checkpoint.load(tmp_path, model).get_weights()[0], 1e5, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "scale", "words"),
    [
        ("only/kernel", np.ones(2, np.float32), r"scales \(2,\) of an array \(2, 3\)"),
        ("only/kernel", np.ones((), np.float32), r"scales \(\) of an array \(2, 3\)"),
        ("only/kernel", np.full(3, np.nan, np.float32), "holds values at only/kernel that are not finite numbers"),
        ("only/kernel", None, "int8 without scales"),
        ("only/bias", np.ones(3, np.float32), "float32 with scales"),
    ],
)
def test_scales_that_do_not_fit_are_refused(
    tmp_path: Path, model: ModuleType, name: str, scale: Any, words: str
) -> None:
    checkpoint.save(build_tiny(), Checkpoint("build_tiny"), tmp_path, "int8")
    arrays = load_file(tmp_path / WEIGHTS_FILE) | {f"{name}:scale": scale}
    save_file({name: values for name, values in arrays.items() if values is not None}, tmp_path / WEIGHTS_FILE)
    with pytest.raises(CheckpointError, match=words):
        checkpoint.load(tmp_path, model)


def test_scales_without_an_array_are_refused(tmp_path: Path, model: ModuleType) -> None:
    checkpoint.save(build_tiny(), Checkpoint("build_tiny"), tmp_path)
    save_file(load_file(tmp_path / WEIGHTS_FILE) | {"other:scale": np.ones(3, np.float32)}, tmp_path / WEIGHTS_FILE)
    with pytest.raises(CheckpointError, match="does not fit its network, first at other:scale"):
        checkpoint.load(tmp_path, model)


def test_another_shape_or_name_is_refused_and_the_network_unchanged(tmp_path: Path) -> None:
    checkpoint.save(build_tiny(width=4), Checkpoint("build_tiny"), tmp_path)
    network = build_tiny(width=3)
    before = network.get_weights()[0]
    with pytest.raises(CheckpointError, match=r"does not fit its network, first at only/"):
        checkpoint.load_weights(network, tmp_path)
    np.testing.assert_array_equal(network.get_weights()[0], before)
    inputs = keras.Input((2,))
    renamed = keras.Model(inputs, keras.layers.Dense(4, name="other")(inputs))
    with pytest.raises(CheckpointError, match="does not fit"):
        checkpoint.load_weights(renamed, tmp_path)


def test_a_network_too_large_for_the_memory_is_refused_before_it_is_built(tmp_path: Path, model: ModuleType) -> None:
    checkpoint.save(build_tiny(), Checkpoint("build_tiny", {"width": 10**12}), tmp_path)
    with pytest.raises(CheckpointError, match=r"does not fit its network, first at only/\w+ \(.*3,?\) instead of"):
        checkpoint.load(tmp_path, model)
    build_tiny()  # Keras would initialize the planned variables here


def test_a_similar_network_can_start_from_the_matching_weights(tmp_path: Path) -> None:
    checkpoint.save(build_tiny(width=3), Checkpoint("build_tiny"), tmp_path)
    inputs = keras.Input((2,))
    similar = keras.Model(inputs, keras.layers.Dense(5, name="new")(keras.layers.Dense(3, name="only")(inputs)))
    checkpoint.load_matching_weights(similar, tmp_path)
    np.testing.assert_array_equal(similar.get_weights()[0], load_file(tmp_path / WEIGHTS_FILE)["only/kernel"])
    with pytest.raises(CheckpointError, match="has 0 of 2 arrays of different"):
        checkpoint.load_matching_weights(
            keras.Model(inputs, keras.layers.Dense(7, name="x")(inputs), name="different"), tmp_path
        )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path: Path, model: ModuleType, value: float) -> None:
    checkpoint.save(build_tiny(), Checkpoint("build_tiny"), tmp_path)
    arrays = load_file(tmp_path / WEIGHTS_FILE)
    arrays["only/bias"][0] = value
    save_file(arrays, tmp_path / WEIGHTS_FILE)
    with pytest.raises(CheckpointError, match="holds values at only/bias that are not finite numbers"):
        checkpoint.load(tmp_path, model)


def test_any_exception_of_a_builder_is_reported_in_a_sentence(tmp_path: Path, model: ModuleType) -> None:
    checkpoint.save(build_tiny(), Checkpoint("build_tiny", {"width": []}), tmp_path)
    with pytest.raises(CheckpointError, match="build_tiny cannot be called with its arguments"):
        checkpoint.load(tmp_path, model)


def test_text_from_a_downloaded_file_is_shortened_and_printable(tmp_path: Path) -> None:
    (tmp_path / METADATA_FILE).write_text(json.dumps({"builder": "x", "scores": {"\x1b[31m" + "a" * 5000: "no"}}))
    with pytest.raises(CheckpointError) as raised:
        metadata.read(tmp_path)
    assert len(str(raised.value)) < 500
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("builder", ["os.system", "build_nothing", "Path"])
def test_only_the_builders_of_the_plugin_are_called(tmp_path: Path, model: ModuleType, builder: str) -> None:
    checkpoint.save(build_tiny(), Checkpoint(builder), tmp_path)
    with pytest.raises(CheckpointError, match="is not a build_… function"):
        checkpoint.load(tmp_path, model)


def test_missing_and_damaged_files_are_reported(tmp_path: Path, model: ModuleType) -> None:
    with pytest.raises(CheckpointError, match=r"holds no checkpoint\.json"):
        checkpoint.load(tmp_path, model)
    checkpoint.save(build_tiny(), Checkpoint("build_tiny"), tmp_path)
    (tmp_path / WEIGHTS_FILE).write_bytes(b"junk")
    with pytest.raises(CheckpointError, match="cannot be read"):
        checkpoint.load(tmp_path, model)
    (tmp_path / METADATA_FILE).write_text(json.dumps({"builder": "build_tiny", "surprise": 1}))
    with pytest.raises(CheckpointError, match="malformed"):
        checkpoint.load(tmp_path, model)


def test_weights_are_assigned_from_a_folder(tmp_path: Path) -> None:
    trained, network = build_tiny(), build_tiny()
    checkpoint.save(trained, Checkpoint("build_tiny"), tmp_path)
    checkpoint.load_weights(network, tmp_path)
    np.testing.assert_array_equal(network.get_weights()[0], trained.get_weights()[0])


def test_states_of_random_generators_are_not_stored() -> None:
    inputs = keras.Input((2,))
    noisy = keras.Model(inputs, keras.layers.Dense(3, name="only")(keras.layers.Dropout(0.5)(inputs)))
    assert list(checkpoint.variables(noisy)) == ["only/kernel", "only/bias"]
