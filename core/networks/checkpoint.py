"""Saves and loads trained networks: `model.safetensors` (weights) and `checkpoint.json` (builder, scores, provenance).

Loading builds the network with the plugin's own code, then assigns the weights after matching every name and shape;
nothing in the files is executed. The same files load under TensorFlow, JAX and PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import keras
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from core.files import sha256_of
from core.metadata import METADATA_FILE, WEIGHTS_FILE, Checkpoint, CheckpointError, read, shorten, to_json_value

Shapes = dict[str, tuple[int, ...]]
StorageDtype = Literal["float32", "float16", "int8"]
StoragePolicy = StorageDtype | Callable[[str], StorageDtype]
SCALE = ":scale"  # in a file with an int8 array `name`, the array `name:scale` holds its scales


def save(network: keras.Model, metadata: Checkpoint, folder: Path, storage: StoragePolicy = "float32") -> None:
    """Write `network` and its `metadata` into `folder`.

    Args:
        network: any Keras model.
        metadata: the content of `checkpoint.json`.
        folder: created if it does not exist.
        storage: dtype of all weights, or a function from a variable's path to its dtype. With int8, arrays of two or
            more dimensions get one scale per index of the last (output channels), and vectors are stored as float16.

    Raises:
        CheckpointError: if a weight is not finite, or not in the range of its dtype.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    for path, variable in variables(network).items():
        arrays |= _pack(path, keras.ops.convert_to_numpy(variable), storage)
    save_file(arrays, folder / WEIGHTS_FILE)
    written = replace(metadata, sha256=sha256_of(folder / WEIGHTS_FILE))
    (folder / METADATA_FILE).write_text(json.dumps(asdict(written), indent=2, default=to_json_value) + "\n")


def load(folder: Path, model: ModuleType) -> keras.Model:
    """Return the network saved in `folder`, built by the plugin's module `model`.

    Raises:
        CheckpointError: if a file is missing or damaged, the builder is unknown, or a name or shape differs. This is
            checked before memory is allocated for the network: untrusted files could ask for any size.
    """
    metadata = check(folder, model)
    network = getattr(model, metadata.builder)(**metadata.arguments)
    load_weights(network, folder)
    _check_digest(folder, metadata)  # last: the other errors say more
    return network


def check(folder: Path, model: ModuleType) -> Checkpoint:
    """Return the metadata of a checkpoint that fits its network, which is built without its weights.

    Most of the time of `load` is that of the initial values, for which JAX compiles a program for each shape.

    Raises:
        CheckpointError: where `load` would, except for damaged values.
    """
    metadata = read(folder)
    build = getattr(model, metadata.builder, None)
    if not metadata.builder.startswith("build_") or build is None:
        raise CheckpointError(
            f"{folder}: its builder {metadata.builder!r} is not a build_… function of {model.__name__}: "
            "the checkpoint belongs to another plugin or version."
        )
    try:
        # In a thread of its own: Keras initializes a variable created in a StatelessScope later, in the same thread,
        # which would allocate the memory after all.
        with ThreadPoolExecutor(1) as planner:
            shapes = planner.submit(_plan, build, metadata.arguments).result()
    except Exception as error:  # a builder may raise anything when given arguments that are not its own
        raise CheckpointError(
            f"{folder}: {metadata.builder} cannot be called with its arguments ({shorten(error)})."
        ) from None
    _match(shapes, folder / WEIGHTS_FILE)
    return metadata


def _check_digest(folder: Path, metadata: Checkpoint) -> None:
    """Raise CheckpointError if the weights are not those that were saved: a flipped bit would change results unseen."""
    path = folder / WEIGHTS_FILE
    if metadata.sha256 and path.exists() and sha256_of(path) != metadata.sha256:
        raise CheckpointError(f"{path} is damaged, its sha256 is not that in {METADATA_FILE}: fetch or train it again.")


def _plan(build: Callable[..., keras.Model], arguments: dict[str, Any]) -> Shapes:
    """Return the shapes of the network that `build` would return, without allocating memory for it."""
    with keras.StatelessScope(initialize_variables=False):
        return _shapes(build(**arguments))


def _shapes(network: keras.Model) -> Shapes:
    return {path: tuple(variable.shape) for path, variable in variables(network).items()}


def load_weights(network: keras.Model, folder: Path) -> None:
    """Assign to `network` the weights of the checkpoint in `folder`.

    Raises:
        CheckpointError: if a name is missing or left over, or a shape differs; `network` is then unchanged.
    """
    assign(network, read_weights(folder / WEIGHTS_FILE), folder / WEIGHTS_FILE)


def assign(network: keras.Model, arrays: Mapping[str, Any], path: Path) -> None:
    """Assign `arrays`, by path, to the variables of `network`.

    Args:
        network: any Keras model.
        arrays: as `read_weights` returns them.
        path: where they come from, for the error message.

    Raises:
        CheckpointError: if a name is missing or left over, or a shape differs; `network` is then unchanged.
    """
    _compare(_shapes(network), {name: tuple(values.shape) for name, values in arrays.items()}, path)
    for name, variable in variables(network).items():
        variable.assign(arrays[name])


def load_matching_weights(network: keras.Model, folder: Path) -> None:
    """Assign to `network` those weights of the checkpoint in `folder` for which name and shape match.

    It is for training that starts from a similar network, such as one of another scale. Other variables keep their
    values.

    Raises:
        CheckpointError: if fewer than half of the network's variables match.
    """
    arrays = read_weights(folder / WEIGHTS_FILE)
    matching = [
        (variable, arrays[name])
        for name, variable in variables(network).items()
        if name in arrays and arrays[name].shape == tuple(variable.shape)
    ]
    if 2 * len(matching) < len(variables(network)):
        counts = f"{len(matching)} of {len(variables(network))} arrays"
        raise CheckpointError(f"{folder} has {counts} of {network.name}: start from a network of the same width.")
    for variable, values in matching:
        variable.assign(values)


def quantize(network: keras.Model, storage: StoragePolicy) -> None:
    """Round the weights of `network` to what `save` with the same `storage` would store.

    Called before scoring, so that the network that is scored is the one that will be loaded.
    """
    for name, variable in variables(network).items():
        packed = _pack(name, keras.ops.convert_to_numpy(variable), storage)
        variable.assign(_unpack(_cast(packed[name], "float32"), packed.get(name + SCALE)))


def read_weights(path: Path) -> dict[str, Any]:
    """Return the arrays in the safetensors file at `path` by name, with floats and scaled int8 as float32.

    Raises:
        CheckpointError: if the file cannot be read, or holds values that are not finite numbers.
    """
    try:
        stored = {name: _cast(values, "float32") for name, values in load_file(path).items()}
        names = [name for name in stored if not _is_scale(name, stored)]
        arrays = {name: _unpack(stored[name], stored.get(name + SCALE)) for name in names}
    except (OSError, SafetensorError, AttributeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({shorten(error)}): fetch or train it again.") from None
    for name, values in arrays.items():
        if values.dtype.kind not in "fi" or not np.isfinite(values).all():
            raise CheckpointError(f"{path} holds values at {shorten(name)} that are not finite numbers: do not use it.")
    return arrays


def variables(network: keras.Model) -> dict[str, Any]:
    """Return the network's variables by path, without the states of random number generators, which are not trained.

    Raises:
        CheckpointError: if two variables have the same path.
    """
    trained = [variable for variable in network.variables if "seed_generator" not in variable.path]
    by_path = {variable.path: variable for variable in trained}
    if len(by_path) < len(trained):
        raise CheckpointError(f"{network.name} has two variables with the same path: give its layers different names.")
    return by_path


def _match(shapes: Shapes, path: Path) -> None:
    """Raise CheckpointError if the names or shapes differ from those stored at `path`."""
    try:
        with safe_open(path, "numpy") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} cannot be read ({shorten(error)}): fetch or train it again.") from None
    _compare(shapes, {name: shape for name, shape in found.items() if not _is_scale(name, found)}, path)


def _compare(shapes: Shapes, stored: Shapes, path: Path) -> None:
    """Raise CheckpointError if the names or shapes `stored` at `path` are not those of a network, `shapes`."""
    wrong = sorted(shapes.keys() ^ stored.keys()) or [
        f"{name} {stored[name]} instead of {shape}" for name, shape in shapes.items() if stored[name] != shape
    ]
    if wrong:
        raise CheckpointError(f"{path} does not fit its network, first at {shorten(wrong[0])} ({len(wrong)} differ).")


def _pack(name: str, values: Any, storage: StoragePolicy) -> dict[str, Any]:
    """Return the arrays to store for one variable. Raises CheckpointError if they would not be finite."""
    dtype = storage if isinstance(storage, str) else storage(name)
    is_scaled = dtype == "int8" and values.ndim > 1
    cast = values if is_scaled else _cast(values, "float16" if dtype == "int8" else dtype)
    if not np.isfinite(cast).all():
        raise CheckpointError(f"{name} is not finite as {dtype}: train again, or store it as float32.")
    if not is_scaled:
        return {name: cast}
    largest = np.abs(values).max(axis=tuple(range(values.ndim - 1)))
    scale = np.where(largest > 0, largest, 1).astype(np.float32) / 127
    return {name: np.round(values / scale).astype(np.int8), name + SCALE: scale}


def _is_scale(name: str, names: Container[str]) -> bool:
    return name.endswith(SCALE) and name.removesuffix(SCALE) in names


def _unpack(values: Any, scale: Any | None) -> Any:
    """Return the values that `_pack` was given, rounded. Raises ValueError if scales are missing or do not fit."""
    if (values.dtype == np.int8) != (scale is not None):
        raise ValueError(f"{values.dtype} {'without' if scale is None else 'with'} scales")
    if scale is None:
        return values
    if scale.shape != values.shape[-1:]:
        raise ValueError(f"scales {scale.shape} of an array {values.shape}")
    return values * scale


def _cast(values: Any, dtype: str) -> Any:
    is_float = values.dtype.kind in "fV"  # V: bfloat16, which NumPy itself does not have
    with np.errstate(over="ignore"):  # infinite values are refused by the caller
        return values.astype(dtype) if is_float else values
