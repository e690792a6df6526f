"""The calls of verbs that a page's handler makes, noted without waiting for their results."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from core import verbs
from core.engine import Call
from core.plugin import Plugin
from core.progress import Steps, finish
from core.web import admission


@dataclass(frozen=True)
class _NotingPlugin(Plugin):
    """A plugin that notes each call of a verb; the first one ends the handler, unless all are `quick`."""

    quick: bool = False
    calls: list[Call] = field(default_factory=list)

    def stream(self, verb: str, *values: Any, checkpoint: str | None = None, **settings: Any) -> Steps[Any]:
        """Note the call; see `Plugin.stream`."""
        name = checkpoint or self.checkpoint or verbs.choose_checkpoint(self.record, verb, values, settings)
        self.calls.append(Call(self.record, verb, values, settings, name))
        if not self.quick:
            raise _NotedError
        return super().stream(verb, *values, checkpoint=name, **settings)


class _NotedError(Exception):
    pass


def note(plugin: Plugin, handler: Callable[..., Any], values: Sequence[Any], quick: bool) -> list[Call]:
    """Return the calls of verbs that `handler` makes.

    Args:
        plugin: its first argument.
        handler: see `core.web.page`.
        values: those of its inputs.
        quick: whether it answers at once: then all of its calls are made and noted, else only the first one is noted.
    """
    noting = _NotingPlugin(plugin.record, plugin.engine, plugin.checkpoint, quick)
    with suppress(_NotedError):
        finish(admission.run(handler, (noting, *values)))
    return noting.calls


def arguments_of(call: Call) -> dict[str, Any]:
    """Return the arguments of a call by the names of the verb's parameters, without the network."""
    bound = inspect.signature(verbs.find_verb(call.record, call.verb)).bind(None, *call.values, **call.settings)
    return dict(list(bound.arguments.items())[1:])
