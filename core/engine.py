"""Where verbs run. `LocalEngine` is this process; a cluster would be another class with the same two methods."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import GeneratorType
from typing import Any, Protocol

import numpy as np

from core import weights
from core.errors import UserError
from core.manifest import Precision
from core.progress import Steps
from core.registry import Record
from core.verbs import find_checkpoint, find_verb, import_module_of
from core.weights import BUNDLED, Source, WeightsOptions

PICTURES = 3, 4  # dimensions of a picture, and of many


@dataclass(frozen=True)
class Call:
    """One call of a verb: NumPy values in order, settings by name, and the checkpoint whose network it gets."""

    record: Record
    verb: str
    values: tuple[Any, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    checkpoint: str | None = None


class Engine(Protocol):
    """What runs verbs."""

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing it between steps cancels the call."""

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, in words for a page."""


class LocalEngine:
    """Runs verbs here: each network is loaded once, and the device takes one step of one call at a time."""

    def __init__(self, options: WeightsOptions = BUNDLED, precision: Precision | None = None) -> None:
        """`options` says which weights to take before the bundled ones; `precision` stands for each plugin's own."""
        self._options, self._precision = options, precision
        self._networks: dict[tuple[str, str], tuple[Any, str]] = {}
        self._locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self._build_lock, self._device_lock = threading.Lock(), threading.Lock()

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing it between steps cancels the call.

        Raises UserError where a picture holds what is no finite number: scores of it would look like any other.
        """
        _check_pictures(call)
        network, _ = self._load(call.record, call.checkpoint)
        verb = find_verb(call.record, call.verb)
        with self._device_lock:
            outcome = verb(network, *call.values, **call.settings)
        if isinstance(outcome, GeneratorType):
            outcome = yield from self._step_by_step(outcome)
        return outcome

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, loading them if need be."""
        from core.networks import device

        _, label = self._load(record, checkpoint)
        return f"{device.describe()} · {label}"

    def _step_by_step(self, steps: Steps[Any]) -> Steps[Any]:
        """Yield what `steps` yield, the device free for other calls between them."""
        try:
            while True:
                with self._device_lock:
                    try:
                        progress = next(steps)
                    except StopIteration as end:
                        return end.value
                yield progress
        finally:
            steps.close()

    def _load(self, record: Record, checkpoint: str | None) -> tuple[Any, str]:
        """Return the network of a checkpoint and the label of its source; it is loaded by the first who asks."""
        name = find_checkpoint(record, checkpoint)
        key = record.name, name
        with self._locks[key]:
            if key not in self._networks:
                self._networks[key] = self._locate_and_build(record, name)
            return self._networks[key]

    def _locate_and_build(self, record: Record, name: str) -> tuple[Any, str]:
        source = weights.locate(record, name, self._options)  # may take its time, where it is the Hub's
        with self._build_lock:
            try:
                network = self._build(record, source)
            except UserError as error:  # it was had, and is of no use
                source = weights.locate_instead(record, name, self._options, error)
                network = self._build(record, source)
        return network, source.label

    def _build(self, record: Record, source: Source) -> Any:
        """Return the network of the checkpoint in `source`."""
        from core.networks import checkpoint, device

        with device.precision(self._precision or device.choose(record.ready_manifest.precision)):
            return checkpoint.load(source.folder, import_module_of(record, "model"))


def _check_pictures(call: Call) -> None:
    given = {f"value {i}": value for i, value in enumerate(call.values, 1)} | dict(call.settings)
    for name, value in given.items():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, np.ndarray) and each.ndim in PICTURES and not np.isfinite(each).all():
                raise UserError(
                    f"{call.verb}: {name} is a picture with NaN or infinity in it: use numbers from 0 to 1."
                )
