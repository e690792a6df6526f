"""What a page, the command line and a score hold of a plugin: its record, and the engine that its verbs run on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.engine import Call, Engine
from core.registry import Record
from core.steps import Steps, finish


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

    def describe(self, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, in words."""
        return self.engine.describe(self.record, checkpoint or self.checkpoint)
