"""The page of an isolated plugin is first built in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core import registry
from core.engine import LocalEngine
from core.plugin import Plugin
from core.web import building

TOML = 'api = "1.1"\ntitle = "Apart"\nsummary = "x"\nisolate = true\n[checkpoints.only]\n'
PAGE = "import gradio as gr\ndef build_interface(plugin):\n    return gr.Blocks()\n"


@pytest.mark.parametrize(
    ("interface", "problem"),
    [
        ("import os\nos._exit(9)\n", "its page was tried in a process of its own, which ended with status 9"),
        pytest.param("import ctypes\nctypes.string_at(0)\n", "which ended with SIGSEGV", marks=pytest.mark.slow),
        (PAGE, building.MISSING_WEIGHTS),
    ],
)
def test_a_page_that_ends_the_process_costs_one_page(plant: Callable[..., Path], interface: str, problem: str) -> None:
    plant("apart", plugin=TOML, interface=interface)
    page, shown = building.build(Plugin(registry.find("apart"), LocalEngine()))
    assert problem in shown
    assert ("This demo is not running." in json.dumps(page.get_config_file(), default=str)) == (interface != PAGE)


@pytest.mark.slow
def test_a_page_that_native_code_blocks_costs_one_page(
    plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LONGEST", 8.0)
    plant("apart", plugin=TOML, interface="import ctypes\nctypes.PyDLL(None).sleep(600)\n")  # it holds the GIL
    _, shown = building.build(Plugin(registry.find("apart"), LocalEngine()))
    assert "its page was tried in a process of its own, which took longer than 8 s" in shown
