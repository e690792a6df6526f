"""Every bundled plugin fulfills the contract, whose checks hold with assertions left out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from core import contract, registry
from core.contract import Check, runner
from core.registry import Record

BUNDLED = [record for record in registry.discover().values() if record.folder.parent == registry.BUNDLED]
CHECKED_HERE = [check for check in contract.CHECKS if check is not contract.loads_under_each_backend]  # tests/plugins
LONG = {  # other tests do the same: those of the plugins, and that the app is served before Keras is imported
    ("style_transfer", "runs_verbs"),
    ("style_transfer", "yields_often"),
    ("gan_generator", "runs_verbs"),
    *((record.name, "builds_page_without_keras") for record in BUNDLED if record.name != "denoiser"),
}


@pytest.mark.parametrize(
    ("record", "check"),  # one plugin after another: checks share an engine
    [
        pytest.param(
            record,
            check,
            id=f"{record.name}-{check.__name__}",
            marks=[pytest.mark.slow] if (record.name, check.__name__) in LONG else [],
        )
        for record in BUNDLED
        for check in CHECKED_HERE
    ],
)
def test_a_bundled_plugin_fulfills_the_contract(check: Check, record: Record) -> None:
    check(record)


@pytest.mark.parametrize("module", sorted(Path(runner.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_no_check_is_an_assertion_which_python_o_leaves_out(module: Path) -> None:
    nodes = [*ast.walk(ast.parse(module.read_text()))]
    assert not [node for node in nodes if isinstance(node, ast.Assert)]
    assert not [node for node in nodes if isinstance(node, ast.Name) and node.id == "__debug__"]
