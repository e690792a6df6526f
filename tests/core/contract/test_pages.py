"""What is wrong with a page is named with the line of its handler."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import contract, registry
from core.contract import ContractError
from core.engine import LocalEngine
from core.plugin import Plugin
from core.web import building
from core.web.handlers import HandlerError

TAB = """
import gradio as gr
from core.web import pages

def build_interface(plugin):
    return pages.tabbed(plugin, {"One": lay_out})

def show(plugin):
    "Show."
    return 1, 2, 3

def lay_out(page, opened):
    page.bind(show, [opened], [], [gr.Textbox(label="Words")], page.status(""))
"""


def test_a_page_that_launches_itself_is_refused(plant: Callable[..., Path], monkeypatch: Any) -> None:
    body = "import gradio as gr\ndef build_interface(plugin):\n    gr.Blocks().launch()\n"
    folder = plant("launcher", interface=body)
    monkeypatch.delenv("DARKROOM_PLUGINS")  # found by its path alone
    with pytest.raises(ContractError, match=r"calls launch\(\): return the page"):
        contract.builds_page_without_keras(registry.find(str(folder)))


def test_a_tab_with_too_many_results_is_named_with_the_line_of_its_handler(plant: Callable[..., Path]) -> None:
    (plant("tabbed", interface=TAB, model="") / "README.md").write_text("A card.")
    with pytest.raises(HandlerError, match=r"show at interface\.py:8 returned 3 values for 1 outputs: return a tuple"):
        contract.opens_tabs(registry.find("tabbed"))


def test_a_handler_with_too_few_parameters_is_named_with_its_line(plant: Callable[..., Path]) -> None:
    wrong = TAB.replace("[opened], [], ", "[opened], [gr.Number(), gr.Number()], ")
    (plant("tabbed", interface=wrong, model="") / "README.md").write_text("A card.")
    with pytest.raises(ContractError, match=r"interface\.py:13: .*show\(plugin\) at interface\.py:8 cannot be bound"):
        contract.builds_page_without_keras(registry.find("tabbed"))
    _, problem = building.build(Plugin(registry.find("tabbed"), LocalEngine()))
    assert problem.startswith("interface.py:13: show(plugin) at interface.py:8 cannot be bound (too many positional")
