"""Runs verbs on ZeroGPU, where the Hub lends a GPU for the length of one call, to a process forked for it.

What this needs of a Space's `app.py`: `KERAS_BACKEND=torch`, and `import spaces` (the Hub's package) before PyTorch.
Documentation: https://huggingface.co/docs/hub/spaces-zerogpu
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import GeneratorType
from typing import Any

from core import weights
from core.engine import Call, LocalEngine
from core.errors import UserError
from core.manifest import Precision
from core.progress import Progress, Steps
from core.registry import Record
from core.verbs import find_checkpoint, find_verb
from core.weights import BUNDLED, Source, WeightsOptions

LOGGER = logging.getLogger(__name__)
Lend = Callable[..., Callable[[Call], Iterator[Any]]]
LONGEST_CALL = 60  # seconds, what the Hub sets aside of a visitor's quota at most


@dataclass(frozen=True)
class Outcome:
    """What a call came to, as it comes back from the process that had the GPU: only yielded values do."""

    value: Any = None
    error: Exception | None = None


class ZeroEngine(LocalEngine):
    """Holds every network on the CPU; a call moves its own to the GPU that it is lent."""

    def __init__(self, lend: Lend, options: WeightsOptions = BUNDLED, precision: Precision | None = None) -> None:
        """`lend` is `spaces.GPU`; it must have been called before the app is launched, or the Hub stops the Space."""
        super().__init__(options, precision)
        self._on_gpu = lend(self._compute, duration=LONGEST_CALL)

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing it between steps cancels the call."""
        self._load(call.record, call.checkpoint)  # here, so that the processes forked from this one inherit it
        outcome = Outcome(error=RuntimeError(f"{call.verb} ended without a result"))
        for step in self._on_gpu(call):  # to its end: left earlier, it would stop whatever its process does next
            if isinstance(step, Progress):
                yield step
            else:
                outcome = step
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, loading them if need be."""
        _, label = self._load(record, checkpoint)
        return f"ZeroGPU · PyTorch · {label}"

    def _build(self, record: Record, source: Source) -> Any:
        import keras

        with keras.device("cpu:0"):
            return super()._build(record, source)

    def _compute(self, call: Call) -> Iterator[Progress | Outcome]:
        """Yield the progress of `call`, then its outcome. It runs in the forked process, and takes no lock there."""
        import keras

        from core.networks import device

        place = "gpu:0" if device.has_gpu() else "cpu:0"
        try:
            network = self._inherited(call)
            network.to(place.replace("gpu", "cuda"))
            with keras.device(place):
                outcome = find_verb(call.record, call.verb)(network, *call.values, **call.settings)
                if isinstance(outcome, GeneratorType):
                    outcome = yield from outcome
            yield Outcome(outcome)
        except UserError as error:
            yield Outcome(error=error)
        except Exception as error:  # not every exception can be sent to the other process
            LOGGER.exception("%s failed", call.verb)
            yield Outcome(error=RuntimeError(f"{call.verb} failed: {type(error).__name__}: {error}"))

    def _inherited(self, call: Call) -> Any:
        """Return the network of `call`, built once more where the process was forked before the network was there."""
        name = find_checkpoint(call.record, call.checkpoint)
        key = call.record.name, name
        if key not in self._networks:
            source = weights.locate(call.record, name, self._options)
            self._networks[key] = self._build(call.record, source), source.label
        return self._networks[key][0]
