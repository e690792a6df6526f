"""The plugin that is checked, with the engine that all checks share: each network is loaded once."""

from __future__ import annotations

from core.engine import LocalEngine
from core.plugin import Plugin
from core.registry import Record

_LAST: list[Plugin] = []  # at most one: networks of others are not kept


def plugin_of(record: Record) -> Plugin:
    """Return the plugin of a record: the same for as long as no other one is asked for."""
    if not _LAST or _LAST[0].record != record:
        _LAST[:] = [Plugin(record, LocalEngine())]
    return _LAST[0]
