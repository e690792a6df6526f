"""Values that a page derives from a network are computed once per engine."""

from __future__ import annotations

from core import registry
from core.engine import LocalEngine
from core.plugin import Plugin


def test_a_cached_value_is_computed_once_per_engine_and_key() -> None:
    record, calls = registry.find("denoiser"), []

    def compute() -> int:
        calls.append(1)
        return len(calls)

    plugin = Plugin(record, LocalEngine())
    assert [plugin.cached("a", compute), plugin.cached("a", compute), plugin.cached("b", compute)] == [1, 1, 2]
    assert Plugin(record, plugin.engine, "digits").cached("a", compute) == 1
    assert Plugin(record, LocalEngine()).cached("a", compute) == 3
