"""Where verbs run. `LocalEngine` is this process; a cluster would be another class with the same two methods."""

from __future__ import annotations

import importlib
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import GeneratorType
from typing import Any, Protocol

import numpy as np

from core import weights
from core.errors import UserError
from core.manifest import Precision
from core.registry import Record
from core.steps import Steps
from core.weights import BUNDLED, Preference, Source

PICTURES = 3, 4  # dimensions of a picture, and of many


class PluginError(UserError):
    """A plugin's code that does not run; the message holds its own error."""


class VerbNotFoundError(UserError):
    """A verb or a checkpoint that the plugin does not have; the message lists those that it has."""


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

    def __init__(self, preference: Preference = BUNDLED, precision: Precision | None = None) -> None:
        """`preference` says which weights to take before the bundled ones; `precision` stands for each plugin's own."""
        self._preference, self._precision = preference, precision
        self._networks: dict[tuple[str, str], tuple[Any, str]] = {}
        self._locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self._building, self._device = threading.Lock(), threading.Lock()

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing it between steps cancels the call.

        Raises UserError where a picture holds what is no finite number: scores of it would look like any other.
        """
        _check_pictures(call)
        network, _ = self._load(call.record, call.checkpoint)
        verb = find_verb(call.record, call.verb)
        with self._device:
            outcome = verb(network, *call.values, **call.settings)
        if isinstance(outcome, GeneratorType):
            outcome = yield from self._step_by_step(outcome)
        return outcome

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, loading them if need be."""
        from core import device

        _, label = self._load(record, checkpoint)
        return f"{device.describe()} · {label}"

    def _step_by_step(self, steps: Steps[Any]) -> Steps[Any]:
        """Yield what `steps` yield, the device free for other calls between them."""
        try:
            while True:
                with self._device:
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
        source = weights.locate(record, name, self._preference)  # may take its time, where it is the Hub's
        with self._building:
            try:
                network = self._build(record, source)
            except UserError as error:  # it was had, and is of no use
                source = weights.locate_instead(record, name, self._preference, error)
                network = self._build(record, source)
        return network, source.label

    def _build(self, record: Record, source: Source) -> Any:
        """Return the network of the checkpoint in `source`."""
        from core import checkpoint, device

        with device.precision(self._precision or device.choose(record.facts.precision)):
            return checkpoint.load(source.folder, import_part(record, "model"))


def _check_pictures(call: Call) -> None:
    given = {f"value {i}": value for i, value in enumerate(call.values, 1)} | dict(call.settings)
    for name, value in given.items():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, np.ndarray) and each.ndim in PICTURES and not np.isfinite(each).all():
                raise UserError(
                    f"{call.verb}: {name} is a picture with NaN or infinity in it: use numbers from 0 to 1."
                )


def import_part(record: Record, part: str) -> Any:
    """Return the module `part` ("model", "train" or "interface") of a plugin, imported from its own folder.

    Raises PluginError for whatever stops the import, SystemExit too: a plugin must not end the process it is in.
    """
    if record.package not in sys.modules and record.package == f"plugins.{record.name}":
        spec = ModuleSpec(record.package, None, is_package=True)
        spec.submodule_search_locations = [str(record.folder)]
        sys.modules[record.package] = module_from_spec(spec)
    try:
        return importlib.import_module(f"{record.package}.{part}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(f"{record.name}/{part}.py cannot be imported: {type(error).__name__}: {error}") from error


def verbs(record: Record) -> dict[str, Callable[..., Any]]:
    """Return a plugin's verbs by name: the public functions of its model.py whose first parameter is `network`."""
    module = import_part(record, "model")
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and _takes_network(name, value)
    }


def find_verb(record: Record, name: str) -> Callable[..., Any]:
    """Return the verb `name` of a plugin. Raises VerbNotFoundError where there is none."""
    known = verbs(record)
    if name not in known:
        raise VerbNotFoundError(f"{record.name} has no verb {name!r}: it has {', '.join(known) or 'none'}.")
    return known[name]


def find_checkpoint(record: Record, name: str | None) -> str:
    """Return the checkpoint `name` of a plugin, or its default one. Raises VerbNotFoundError where there is none."""
    known = record.facts.checkpoints
    if name and name not in known:
        raise VerbNotFoundError(f"{record.name} has no checkpoint {name!r}: it has {', '.join(known)}.")
    return name or record.facts.default_checkpoint


def _takes_network(name: str, function: Callable[..., Any]) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and not name.startswith("_") and code.co_varnames[: code.co_argcount][:1] == ("network",)
