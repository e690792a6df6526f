"""Every plugin keeps the contract; and the contract notices when one does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core import contract, registry
from core.contract import Check
from core.registry import Record

BUNDLED = [record for record in registry.discover().values() if record.folder.parent == registry.BUNDLED]


@pytest.mark.parametrize("record", BUNDLED, ids=lambda record: record.name)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_a_bundled_plugin_keeps_the_contract(check: Check, record: Record) -> None:
    check(record)


UNNAMED = """
import keras
def build_it():
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1)(x))
class Odd(keras.layers.Layer):
    def call(self, x): return x
def build_odd():
    x = keras.Input((1,))
    return keras.Model(x, Odd()(x))
def act(network, image):
    "Do."
"""


@pytest.mark.parametrize(
    ("check", "files", "message"),
    [
        (contract.has_files, {}, "add model.py"),
        (contract.imports_no_backend, {"model": "import torch\n"}, "model.py says 'import torch'"),
        (contract.imports_no_other_plugin, {"model": "from plugins.denoiser.model import denoise\n"}, "model.py says"),
        (
            contract.has_no_keras_in_page,
            {"interface": "import keras\n"},
            "cannot be imported|build_interface",
        ),
        (contract.has_builders, {"model": UNNAMED}, "give that layer a name"),
        (contract.uses_builtin_layers, {"model": UNNAMED}, "Odd: not built in"),
        (contract.has_documented_verbs, {"model": UNNAMED}, "act leaves network, image without a type"),
        (contract.has_trainer, {"train": "class Config: ...\n"}, "make Config a dataclass"),
        (contract.has_weights, {"model": ""}, "bundle weights/only or pin it"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_breach_is_noticed_and_named(
    plant: Callable[..., Path], check: Check, files: dict[str, str], message: str, request: pytest.FixtureRequest
) -> None:
    name = f"breach_{check.__name__}"
    plant(name, **files)
    with pytest.raises(AssertionError, match=message):
        check(registry.find(name))


def test_a_failed_check_is_reported_with_exit_1(plant: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    plant("breach_report", plugin="api = ")
    assert contract.report(registry.find("breach_report")) == 1
    assert "FAIL" in capsys.readouterr().out
