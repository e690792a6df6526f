"""Engines run verbs. `LocalEngine` runs them in this process, those of `core.engines` in others."""

from __future__ import annotations

import inspect
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import GeneratorType
from typing import Any, Protocol

import numpy as np

from core import crashes, verbs, weights
from core.errors import UserError
from core.manifest import Precision
from core.progress import Steps
from core.registry import Record
from core.turns import VISITOR, Ticket, Turns
from core.weights import BUNDLED, LocalSource, WeightsOptions

CPU, GPU = "this server's CPU", "this server's GPU"
IMAGE_NDIMS = 3, 4  # an image (h, w, c) and a batch of images (n, h, w, c)


@dataclass(frozen=True)
class Call:
    """One call of a verb.

    Attributes:
        record: the plugin.
        verb: the verb's name.
        values: positional arguments after `network`: arrays, numbers, strings, paths.
        settings: keyword arguments.
        checkpoint: which network the verb runs on; None means the one that the plugin chooses for these arguments, or
            its default one.
    """

    record: Record
    verb: str
    values: tuple[Any, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    checkpoint: str | None = None

    def with_checkpoint(self) -> Call:
        """Return the call with a checkpoint's name: that which the plugin chooses, or its default one, if it has none.

        Imports the plugin's model.py. Raises VerbNotFoundError if the plugin has no such verb or checkpoint.
        """
        chosen = self.checkpoint or verbs.choose_checkpoint(self.record, self.verb, self.values, self.settings)
        return replace(self, checkpoint=verbs.find_checkpoint(self.record, chosen))


class Engine(Protocol):
    """Runs verbs."""

    options: WeightsOptions
    """Which weights it uses."""

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing the generator cancels the call."""

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, as text for a page."""

    def place(self, record: Record) -> str:
        """Return where the networks of a plugin run, in words for visitors."""

    def capacity(self, record: Record) -> int:
        """Return how many calls of a plugin's verbs, made at once, keep all busy that compute them."""

    def close(self) -> None:
        """End what the engine has started, such as processes, and the calls that run there."""


class LocalEngine:
    """Runs verbs in this process. Each network is loaded once. The device runs one step of one call at a time.

    Visitors take turns after each step; see `core.turns`.
    """

    def __init__(self, options: WeightsOptions = BUNDLED, precision: Precision | None = None) -> None:
        """Create an engine that has loaded nothing yet.

        Args:
            options: which weights to use.
            precision: dtype policy of every network; None means that of the plugin's manifest where it is faster.
        """
        self.options, self._precision = options, precision
        self._networks: dict[tuple[str, str], tuple[Any, str]] = {}
        self._create_locks()

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing the generator cancels the call.

        Raises:
            UserError: if an image contains NaN or infinity, or if there is no such verb, checkpoint or weights. A verb
                raises it for other values that it refuses.
        """
        _check_images(call)
        network, _ = self._load(call.record, call.with_checkpoint().checkpoint)
        verb = verbs.find_verb(call.record, call.verb)
        ticket = Ticket(VISITOR.get(), call.record.title, call.record.folder)
        if inspect.isgeneratorfunction(verb):
            return (yield from self._run_steps(verb(network, *call.values, **call.settings), ticket))
        yield from self.turns.wait(ticket)
        try:
            outcome = verb(network, *call.values, **call.settings)
        finally:
            self.turns.release()
        return (yield from self._run_steps(outcome, ticket)) if isinstance(outcome, GeneratorType) else outcome

    def load(self, call: Call) -> Call:
        """Return `call` with its checkpoint, the network of which is loaded now. Raises what `stream` raises."""
        call = call.with_checkpoint()
        self._load(call.record, call.checkpoint)
        return call

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, as text for a page. Loads the network if necessary."""
        from core.networks import device

        _, label = self._load(record, checkpoint)
        return f"{device.describe()} · {label}"

    def place(self, record: Record) -> str:
        """Return where the networks of a plugin run, in words for visitors."""
        from core.networks import device

        return f"{GPU if device.has_gpu() else CPU}, {self._choose_precision(record).removeprefix('mixed_')}"

    def capacity(self, record: Record) -> int:
        """Return 1: the device runs one step of one call at a time."""
        return 1

    def close(self) -> None:
        """Do nothing: it has started nothing."""

    def _create_locks(self) -> None:
        self._load_locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self._build_lock, self.turns = threading.Lock(), Turns()

    def _run_steps(self, steps: Steps[Any], ticket: Ticket) -> Steps[Any]:
        """Run `steps`, releasing the device between two steps for other calls."""
        try:
            while True:
                yield from self.turns.wait(ticket)
                try:
                    progress = next(steps)
                except StopIteration as end:
                    return end.value
                finally:
                    self.turns.release()
                yield progress
        finally:
            steps.close()

    def _load(self, record: Record, checkpoint: str | None) -> tuple[Any, str]:
        """Return the network of a checkpoint and the label of its source. The first caller loads it."""
        key = record.name, verbs.find_checkpoint(record, checkpoint)
        with self._load_locks[key]:
            if key not in self._networks:
                self._networks[key] = weights.load_first(
                    record, key[1], self.options, lambda source: self._build(record, source)
                )
            return self._networks[key]

    def _build(self, record: Record, source: LocalSource) -> Any:
        """Return the network of the checkpoint at `source`."""
        from core.networks import checkpoint, device

        with (
            self._build_lock,
            device.precision(self._choose_precision(record)),
            crashes.marked(record, f"loading a network of {record.name}"),
        ):
            return checkpoint.load(source.folder, verbs.import_module_of(record, "model"))

    def _choose_precision(self, record: Record) -> Precision:
        """Return what the networks of a plugin compute in."""
        from core.networks import device

        return self._precision or device.choose(record.ready_manifest.precision)


def _check_images(call: Call) -> None:
    """Raise UserError if an argument is an image, or a tuple of images, with values that are not finite."""
    arguments = {f"value {i}": value for i, value in enumerate(call.values, 1)} | dict(call.settings)
    for name, value in arguments.items():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, np.ndarray) and each.ndim in IMAGE_NDIMS and not np.isfinite(each).all():
                raise UserError(f"{call.verb}: {name} is an image with NaN or infinity in it: use values from 0 to 1.")
