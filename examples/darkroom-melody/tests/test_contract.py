"""The plugin fulfills Darkroom's contract."""

from __future__ import annotations

from pathlib import Path

from core.contract.testing import check_plugin


def test_the_plugin_fulfills_the_contract() -> None:
    check_plugin(Path(__file__).parents[1] / "darkroom_melody")
