"""What a page, the command line and a score hold of a plugin: its record, and the engine that its verbs run on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from core.engine import Call, Engine
from core.progress import Steps, finish
from core.registry import Record

T = TypeVar("T")
_CACHE: WeakKeyDictionary[Engine, dict[tuple[str, Hashable], Any]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Plugin:
    """A plugin that can be run: `plugin.run("denoise", image, sigma=25)`.

    `checkpoint` is the one whose network verbs get where a call names none; None is the plugin's default.
    """

    record: Record
    engine: Engine
    checkpoint: str | None = None

    @property
    def name(self) -> str:
        """The plugin's name, its folder's."""
        return self.record.name

    def run(self, verb: str, *values: Any, checkpoint: str | None = None, **settings: Any) -> Any:
        """Return the result of a verb, given `values` in order and `settings` by name.

        Raises UserError for a verb or checkpoint that is not there, and whatever the verb raises.
        """
        return finish(self.stream(verb, *values, checkpoint=checkpoint, **settings))

    def stream(self, verb: str, *values: Any, checkpoint: str | None = None, **settings: Any) -> Steps[Any]:
        """Yield the progress of a verb, then return its result; closing the generator cancels it."""
        return self.engine.stream(Call(self.record, verb, values, settings, checkpoint or self.checkpoint))

    def cached(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return `compute()`, called only the first time that `key` is asked for on this plugin's engine.

        For what a page derives from a network, such as the latent vectors of its test images: it is kept as long as
        the engine, so that an engine with other weights has values of its own.
        """
        values = _CACHE.setdefault(self.engine, {})
        if (self.name, key) not in values:
            values[self.name, key] = compute()
        value: T = values[self.name, key]
        return value

    def describe(self, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, in words."""
        return self.engine.describe(self.record, checkpoint or self.checkpoint)
