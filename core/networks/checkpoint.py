"""A trained network on disk: `model.safetensors` (its numbers) and `checkpoint.json` (builder, scores, provenance).

Loading builds the network with the plugin's own code and fills it, every name and shape matching; nothing in the
files is ever executed. The same files load under TensorFlow, JAX and PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import keras
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from core.metadata import METADATA_FILE, WEIGHTS_FILE, Checkpoint, CheckpointError, _portable, _short, read

Shapes = dict[str, tuple[int, ...]]
StorageDtype = Literal["float32", "float16", "int8"]
StoragePolicy = StorageDtype | Callable[[str], StorageDtype]
SCALE = ":scale"  # what the name of an array's scales ends with, in a file that holds it as int8


def save(network: keras.Model, facts: Checkpoint, folder: Path, storage: StoragePolicy = "float32") -> None:
    """Write `network` and its `facts` below `folder`, its numbers stored as `storage` says.

    Where that is a function, it says so for each variable, of whose path it is told. As int8 is stored what has two or
    more dimensions, a scale for each index of the last of them beside it; vectors are then float16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, Any] = {}
    for name, variable in variables(network).items():
        numbers |= _pack(name, keras.ops.convert_to_numpy(variable), storage)
    save_file(numbers, folder / WEIGHTS_FILE)
    (folder / METADATA_FILE).write_text(json.dumps(asdict(facts), indent=2, default=_portable) + "\n")


def load(folder: Path, model: ModuleType) -> keras.Model:
    """Return the network in `folder`, built by the plugin's `model` module and filled with the stored numbers.

    Raises CheckpointError where a file is missing or damaged, the builder is unknown, or a name or shape differs;
    that is found out before memory is taken for the network, which the files may want to be of any size.
    """
    facts = read(folder)
    build = getattr(model, facts.builder, None)
    if not facts.builder.startswith("build_") or build is None:
        raise CheckpointError(
            f"{folder}: its builder {facts.builder!r} is not a build_… function of {model.__name__}: "
            "the checkpoint belongs to another plugin or version."
        )
    try:
        with ThreadPoolExecutor(1) as planner:  # Keras fills all that was planned in a thread, at the next chance in it
            shapes = planner.submit(_plan, build, facts.arguments).result()
    except Exception as error:  # whatever a builder makes of arguments that are not its own
        raise CheckpointError(f"{folder}: {facts.builder} cannot be given its arguments ({_short(error)}).") from None
    _match(shapes, folder / WEIGHTS_FILE)
    network = build(**facts.arguments)
    _assign(network, folder / WEIGHTS_FILE)
    return network


def _plan(build: Callable[..., keras.Model], arguments: dict[str, Any]) -> Shapes:
    """Return the shapes of the network that `build` would return, without taking memory for it."""
    with keras.StatelessScope(initialize_variables=False):
        return _shapes(build(**arguments))


def _shapes(network: keras.Model) -> Shapes:
    return {name: tuple(variable.shape) for name, variable in variables(network).items()}


def load_weights(network: keras.Model, path: Path) -> None:
    """Give `network` the numbers stored at `path`, after every name and shape has been matched.

    Raises CheckpointError, and leaves the network as it was, where anything is missing, left over or misshapen.
    """
    _match(_shapes(network), path)
    _assign(network, path)


def _assign(network: keras.Model, path: Path) -> None:
    numbers = read_weights(path)
    for name, variable in variables(network).items():
        variable.assign(numbers[name])


def load_matching_weights(network: keras.Model, path: Path) -> None:
    """Give `network` the numbers stored at `path` wherever name and shape are alike: a start from another network.

    Raises CheckpointError where fewer than half are.
    """
    numbers = read_weights(path)
    alike = [
        (variable, numbers[name])
        for name, variable in variables(network).items()
        if name in numbers and numbers[name].shape == tuple(variable.shape)
    ]
    if 2 * len(alike) < len(variables(network)):
        counts = f"{len(alike)} of {len(variables(network))} arrays"
        raise CheckpointError(f"{path} has {counts} of {network.name}: start from a network of the same width.")
    for variable, values in alike:
        variable.assign(values)


def quantize(network: keras.Model, storage: StoragePolicy) -> None:
    """Give `network` the numbers that it will have when stored so: what is scored then is what will be loaded."""
    for name, variable in variables(network).items():
        packed = _pack(name, keras.ops.convert_to_numpy(variable), storage)
        variable.assign(_unpack(_cast(packed[name], "float32"), packed.get(name + SCALE)))


def read_weights(path: Path) -> dict[str, Any]:
    """Return the arrays stored at `path`, floats and int8 as float32. Raises CheckpointError unless all are finite."""
    try:
        stored = {name: _cast(values, "float32") for name, values in load_file(path).items()}
        names = [name for name in stored if not _is_scale(name, stored)]
        numbers = {name: _unpack(stored[name], stored.get(name + SCALE)) for name in names}
    except (OSError, SafetensorError, AttributeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({_short(error)}): fetch or train it again.") from None
    for name, values in numbers.items():
        if values.dtype.kind not in "fi" or not np.isfinite(values).all():
            raise CheckpointError(f"{path} holds at {_short(name)} what is no finite number: do not use it.")
    return numbers


def _match(shapes: Shapes, path: Path) -> None:
    """Raise CheckpointError where a name or a shape is not that stored at `path`."""
    try:
        with safe_open(path, "numpy") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} cannot be read ({_short(error)}): fetch or train it again.") from None
    stored = {name: shape for name, shape in found.items() if not _is_scale(name, found)}
    wrong = sorted(shapes.keys() ^ stored.keys()) or [
        f"{name} {stored[name]} instead of {shape}" for name, shape in shapes.items() if stored[name] != shape
    ]
    if wrong:
        raise CheckpointError(f"{path} does not fit its network, first at {_short(wrong[0])} ({len(wrong)} differ).")


def _pack(name: str, values: Any, storage: StoragePolicy) -> dict[str, Any]:
    """Return the arrays that hold a variable. Raises CheckpointError where they would not be finite."""
    kept = storage if isinstance(storage, str) else storage(name)
    scaled = kept == "int8" and values.ndim > 1
    cast = values if scaled else _cast(values, "float16" if kept == "int8" else kept)
    if not np.isfinite(cast).all():
        raise CheckpointError(f"{name} is not finite as {kept}: train again, or store it as float32.")
    if not scaled:
        return {name: cast}
    largest = np.abs(values).max(axis=tuple(range(values.ndim - 1)))
    scale = np.where(largest > 0, largest, 1).astype(np.float32) / 127
    return {name: np.round(values / scale).astype(np.int8), name + SCALE: scale}


def _is_scale(name: str, names: Container[str]) -> bool:
    return name.endswith(SCALE) and name.removesuffix(SCALE) in names


def _unpack(values: Any, scale: Any | None) -> Any:
    """Return what `_pack` took. Raises ValueError where scales are missing, do not fit, or are of no use."""
    if (values.dtype == np.int8) != (scale is not None):
        raise ValueError(f"{values.dtype} {'without' if scale is None else 'with'} scales")
    if scale is None:
        return values
    if scale.shape != values.shape[-1:]:
        raise ValueError(f"scales {scale.shape} of an array {values.shape}")
    return values * scale


def _cast(values: Any, dtype: str) -> Any:
    is_float = values.dtype.kind in "fV"  # V: bfloat16, which is no type of NumPy's own
    with np.errstate(over="ignore"):  # what becomes infinite is refused
        return values.astype(dtype) if is_float else values


def variables(network: keras.Model) -> dict[str, Any]:
    """Return the network's variables by path, each path once.

    Random generators' states are left out: they are not part of what was learnt.
    """
    learnt = [variable for variable in network.variables if "seed_generator" not in variable.path]
    by_path = {variable.path: variable for variable in learnt}
    if len(by_path) < len(learnt):
        raise CheckpointError(f"{network.name} has two variables of one path: name its layers apart.")
    return by_path
