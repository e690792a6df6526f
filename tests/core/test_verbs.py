"""The checkpoint that a plugin chooses for a call that names none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core import registry, verbs
from core.engine import Call
from core.errors import UserError
from core.plugin import Plugin
from core.registry import Record

MODEL = """
def double(network, number: int, times: int = 2):
    return number * times

def choose_checkpoint(verb, arguments):
    return "large" if arguments["number"] * arguments["times"] > 100 else None
"""
TOML = 'api = "1.0"\ntitle = "A"\nsummary = "B."\n[checkpoints.small]\n[checkpoints.large]\n'


class Echo:
    """An engine that returns the name of the checkpoint of a call."""

    def stream(self, call: Call):  # type: ignore[no-untyped-def]
        return call.with_checkpoint().checkpoint
        yield

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        return ""

    def place(self, record: Record) -> str:
        return ""

    def close(self) -> None: ...


@pytest.fixture
def chooser(plant: Callable[..., Path]) -> Plugin:
    plant("chooser", plugin=TOML, model=MODEL)
    return Plugin(registry.find("chooser"), Echo())


def test_a_plugin_chooses_by_the_arguments_and_their_defaults(chooser: Plugin) -> None:
    assert chooser.run("double", 60) == "large"
    assert chooser.run("double", 60, times=1) == "small"
    assert chooser.run("double", number=20, times=9) == "large"


def test_a_named_checkpoint_wins(chooser: Plugin) -> None:
    assert chooser.run("double", 60, checkpoint="small") == "small"
    assert Plugin(chooser.record, chooser.engine, "small").run("double", 60) == "small"


def test_wrong_arguments_are_left_to_the_call(chooser: Plugin) -> None:
    assert chooser.run("double") == "small"
    with pytest.raises(UserError, match="has no verb"):
        verbs.choose_checkpoint(chooser.record, "triple", (1,))
