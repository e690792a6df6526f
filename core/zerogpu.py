"""Runs verbs on ZeroGPU, where the Hub lends a GPU for one call at a time, to a process forked for the call.

A Space's `app.py` must set `KERAS_BACKEND=torch` and import the Hub's package `spaces` before PyTorch is imported.
Documentation: https://huggingface.co/docs/hub/spaces-zerogpu
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from types import GeneratorType
from typing import Any

from core.engine import Call, LocalEngine
from core.engines import remote
from core.engines.remote import Message
from core.manifest import Precision
from core.progress import Steps
from core.registry import Record
from core.verbs import find_verb
from core.weights import BUNDLED, LocalSource, WeightsOptions

BorrowGPU = Callable[..., Callable[[Call], Iterator[Any]]]
LENT_GPU = "a GPU that is lent for each call (ZeroGPU)"
LONGEST_CALL = 60  # seconds of a visitor's quota that the Hub reserves for a call


class ZeroEngine(LocalEngine):
    """Keeps every network on the CPU; each call moves its own network to the GPU that it borrows."""

    def __init__(
        self, borrow_gpu: BorrowGPU, options: WeightsOptions = BUNDLED, precision: Precision | None = None
    ) -> None:
        """Create an engine. This must be done before the app is launched, or the Hub stops the Space.

        Args:
            borrow_gpu: `spaces.GPU`, which wraps a generator function so that it runs in a process with a GPU.
            options: which weights to use.
            precision: what every network computes in; None means each plugin's own choice.
        """
        super().__init__(options, precision)
        self._on_gpu = borrow_gpu(self._compute, duration=LONGEST_CALL)
        os.register_at_fork(after_in_child=self._create_locks)  # a thread of the parent may hold one at the fork

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing the generator cancels the call."""
        return (
            yield from remote.receive(self._on_gpu(self.load(call)))
        )  # loaded here: processes forked now inherit it

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, as text for a page. Loads the network if necessary."""
        _, label = self._load(record, checkpoint)
        return f"ZeroGPU · PyTorch · {label}"

    def place(self, record: Record) -> str:
        """Return where the networks of a plugin run, in words for visitors."""
        return f"{LENT_GPU}, {self._choose_precision(record).removeprefix('mixed_')}"

    def _build(self, record: Record, source: LocalSource) -> Any:
        import keras

        with keras.device("cpu:0"):
            return super()._build(record, source)

    def _compute(self, call: Call) -> Iterator[Message]:
        """Yield the progress of `call`, then its outcome. Runs in the forked process: only what it yields leaves."""
        yield from remote.send(self._steps(call), call.verb)

    def _steps(self, call: Call) -> Steps[Any]:
        import keras

        from core.networks import device

        place = "gpu:0" if device.has_gpu() else "cpu:0"
        network, _ = self._load(call.record, call.checkpoint)  # loaded here if the process was forked before
        network.to(place.replace("gpu", "cuda"))
        with keras.device(place):
            outcome = find_verb(call.record, call.verb)(network, *call.values, **call.settings)
            return (yield from outcome) if isinstance(outcome, GeneratorType) else outcome
