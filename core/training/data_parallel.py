"""Data-parallel training: each process has the same network, and computes the gradients of its share of each batch.

Each process draws the same random batches and keeps its own rows; gradients are averaged over all. Whatever comes
before and after the training itself, each process computes by itself, all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from core.errors import UserError
from core.training import distribution

UNEVEN = "--batch is {}: use a multiple of {}, the number of devices of all processes."
VALIDATION_BATCH = 32  # examples at most, as Keras takes them

_is_sharing = _has_shared = False  # whether a training is shared by all processes now, and whether one was


@contextmanager
def shared(network: Any) -> Iterator[None]:
    """Train a compiled network in all processes together within the `with` block, if there are several.

    Before and after it, networks can be built, run and scored as in one process.
    """
    global _is_sharing, _has_shared
    if distribution.processes() is None:
        yield
        return
    import keras

    everywhere = keras.distribution.DataParallel(devices=_devices(), auto_shard_dataset=False)
    with _placed(network, everywhere):
        _is_sharing = _has_shared = True
        try:
            yield
        finally:
            _is_sharing = False


@contextmanager
def alone(network: Any) -> Iterator[None]:
    """Let each process run `network` by itself within the `with` block, amid the training that it shares.

    All processes do so at the same time, such as at the end of an epoch.
    """
    if not _is_sharing:
        yield
        return
    with _placed(network, None):
        yield


def check_shared() -> None:
    """Raise UserError if several processes have come, and the training was not shared by `shared`."""
    if not _has_shared:
        distribution.refuse("networks that are not trained by core.training.fit")


def own_share(batch: Any) -> Any:
    """Return this process's rows of each array in `batch`; all of them if the training is not shared.

    Raises:
        UserError: if the devices cannot have equally many.
    """
    together = distribution.processes()
    if not _is_sharing or together is None:
        return batch
    import keras

    devices = len(_devices())

    def take(rows: Any) -> Any:
        if len(rows) % devices:
            raise UserError(UNEVEN.format(len(rows), devices))
        share = len(rows) // together.count
        return rows[together.index * share : (together.index + 1) * share]

    return keras.tree.map_structure(take, batch)


def evenly(rows: Any) -> Any:
    """Return arrays, such as those of a validation set, with as many rows as the devices of this process can share.

    Rows that are too many are left out; where there are fewer than devices, some come twice. One process has them all.
    """
    if not _is_sharing or rows is None:
        return rows
    import keras

    each = _local_devices()

    def take(array: Any) -> Any:
        return array[np.arange(max(each, len(array) - len(array) % each)) % len(array)]

    return keras.tree.map_structure(take, rows)


def validation_batch() -> int | None:
    """Return how many examples of a validation set are computed at a time; None, which is Keras' choice, if alone."""
    if not _is_sharing:
        return None
    each = _local_devices()
    return max(each, VALIDATION_BATCH - VALIDATION_BATCH % each)


def _devices() -> list[str]:
    """Return the devices of all processes."""
    import keras

    devices: list[str] = keras.distribution.list_devices()
    return devices


def _local_devices() -> int:
    """Return how many devices each process has."""
    together = distribution.processes()
    return len(_devices()) // (together.count if together else 1)


@contextmanager
def _placed(network: Any, chosen: Any) -> Iterator[None]:
    """Set Keras' distribution within the `with` block, and move the variables of a network there and back.

    Keras decides where a variable lies when it creates it, and never moves one.

    Args:
        network: compiled.
        chosen: a distribution; None for this process alone.
    """
    import keras

    before = keras.distribution.distribution()
    _move(network, chosen)
    try:
        yield
    except BaseException:  # Keras may have left variables without values
        keras.distribution.set_distribution(before)
        raise
    _move(network, before)


def _move(network: Any, chosen: Any) -> None:
    import keras

    keras.distribution.set_distribution(chosen)
    for variable in _variables(network):
        value = keras.ops.convert_to_numpy(variable.value)
        variable._layout = chosen.get_variable_layout(variable) if chosen else None
        variable.assign(value)


def _variables(network: Any) -> list[Any]:
    """Return the variables of a compiled network, of its optimizers and of its metrics, each once."""
    optimizer = network.optimizer
    optimizers = [optimizer, *getattr(optimizer, "optimizers", ()), getattr(optimizer, "inner_optimizer", None)]
    found = [*network.variables, *network.metrics_variables]
    found += [variable for each in optimizers if each is not None for variable in each.variables]
    return list({id(variable): variable for variable in found}.values())
