"""For a plugin's own tests: checks it against the contract, as `python -m core check` does."""

from __future__ import annotations

from pathlib import Path

from core import registry
from core.contract import runner


def check_plugin(plugin: str | Path) -> None:
    """Raise AssertionError unless a plugin fulfills the contract; the message holds each check that it fails.

    Args:
        plugin: the path of its folder, or its name.
    """
    failed = [outcome for outcome in runner.run(registry.find(str(plugin))) if outcome.problem]
    if failed:
        raise AssertionError("\n".join(f"{outcome.sentence}\n  {outcome.problem}" for outcome in failed))
