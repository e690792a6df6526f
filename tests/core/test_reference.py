"""The reference is current, and the guide shows what `python -m core new` writes."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from core import registry
from core.cli import scaffold
from core.contract import reference, testing
from core.engine import LocalEngine
from core.plugin import Plugin
from core.web import building
from tests.conftest import ROOT


def test_the_reference_is_current() -> None:
    assert reference.PATH.read_text(encoding="utf-8") == reference.render(), "run python -m core.contract.reference"


def test_every_name_that_a_bundled_plugin_or_a_new_one_imports_is_public() -> None:
    files = [*scaffold.TEMPLATES.glob("*/*.py.txt"), *ROOT.glob("plugins/denoiser/*.py")]
    modules = set(re.findall(r"from (core[\w.]+) import", "\n".join(path.read_text() for path in files)))
    packages = {name.rpartition(".")[0] for name in reference.PUBLIC}
    assert {name for name in modules if name not in packages} <= set(reference.PUBLIC)


def test_the_guide_shows_lines_that_a_new_plugin_has() -> None:
    guide = (ROOT / "docs" / "writing_a_plugin.md").read_text()
    written = "\n".join(path.read_text() for path in scaffold.TEMPLATES.glob("image/*.py.txt"))
    shown = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert len([each for each in shown if each.strip() in written]) == 2
    for each in shown:
        ast.parse(dedent(each).strip() + (" ..." if each.rstrip().endswith(":") else ""))


@pytest.mark.slow  # the parts of the contract are tested one by one in tests/core/contract
def test_the_first_plugin_of_the_guide_has_ten_lines_and_a_page(plant: Callable[..., Path]) -> None:
    guide = (ROOT / "docs" / "writing_a_plugin.md").read_text()
    toml, page = re.findall(r"```(?:toml|python)\n(.*?)```", guide, re.DOTALL)[:2]
    assert len([line for line in (toml + page).splitlines() if line.strip()]) <= 10
    plant("hello", plugin=toml, interface=page)
    built, problem = building.build(Plugin(registry.find("hello"), LocalEngine()))
    assert "# Hello" in json.dumps(built.get_config_file(), default=str)
    assert problem == building.MISSING_WEIGHTS


@pytest.mark.slow  # contract/test_bundled.py tests each part of the contract on every bundled plugin
def test_the_guide_s_own_test_passes_on_a_bundled_plugin() -> None:
    testing.check_plugin("plugins/denoiser")
