"""A plugin bound to an engine: pages, the command line and `evaluate` call its verbs by it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from core import parallel
from core.engine import Call, Engine
from core.progress import Steps, finish
from core.registry import Record

T = TypeVar("T")
Item = TypeVar("Item")
Key = tuple[str, Hashable]
_CACHE: WeakKeyDictionary[Engine, tuple[dict[Key, Any], defaultdict[Key, threading.Lock]]] = WeakKeyDictionary()
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Plugin:
    """A plugin bound to the engine that runs its verbs: `plugin.run("denoise", image, sigma=25)`.

    Attributes:
        record: the plugin.
        engine: what runs its verbs.
        checkpoint: the checkpoint used by calls that name none; None means one that the plugin chooses.
    """

    record: Record
    engine: Engine
    checkpoint: str | None = None

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.record.name

    def run(self, verb: str, *values: Any, checkpoint: str | None = None, **settings: Any) -> Any:
        """Return the result of a verb.

        Args:
            verb: its name.
            *values: its positional arguments after `network`.
            checkpoint: which network it runs on; None means `self.checkpoint`, or if that is None too, the one that
                the plugin chooses for these arguments, or its default one.
            **settings: its keyword arguments, passed on unchanged: only the verb knows their names. No other functions
                of the suite but `run` and `stream` take arbitrary keyword arguments.

        Raises:
            UserError: if the plugin has no such verb or checkpoint; a verb raises it for values that it refuses.
        """
        return finish(self.stream(verb, *values, checkpoint=checkpoint, **settings))

    def stream(self, verb: str, *values: Any, checkpoint: str | None = None, **settings: Any) -> Steps[Any]:
        """Yield the progress of a verb, then return its result; closing the generator cancels it. See `run`."""
        return self.engine.stream(Call(self.record, verb, values, settings, checkpoint or self.checkpoint))

    def map(self, function: Callable[[Item], T], items: Sequence[Item]) -> Iterator[T]:
        """Yield `function(item)` for each item in order, with as many calls at once as keep the engine busy.

        Args:
            function: calls verbs; on a cluster it is called in several threads.
            items: such as files. The first error ends the calls that run on a cluster, and the engine, and is raised.
        """
        return parallel.in_order(function, items, self.engine.capacity(self.record), self.engine.close)

    def cached(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return `compute()`, called only the first time for each `key` on this plugin's engine, once if many ask.

        It is for values that a page computes with a network, such as the latent vectors of its test images. They are
        kept as long as the engine, and not shared between engines, whose weights may differ.

        Args:
            key: identifies the value among those of the plugin.
            compute: computes the value.
        """
        with _LOCK:
            values, locks = _CACHE.setdefault(self.engine, ({}, defaultdict(threading.Lock)))
            lock = locks[self.name, key]
        with lock:
            if (self.name, key) not in values:
                values[self.name, key] = compute()
            value: T = values[self.name, key]
        return value

    def describe(self, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, as text for a page."""
        return self.engine.describe(self.record, checkpoint or self.checkpoint)

    def place(self) -> str:
        """Return where its networks run, in words for visitors."""
        return self.engine.place(self.record)
