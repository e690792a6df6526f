"""Every bundled plugin fulfills the contract, and a plugin that breaks it fails, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core import contract, registry
from core.contract import Check, ContractError
from core.registry import Record
from tests.conftest import run_python

BUNDLED = [record for record in registry.discover().values() if record.folder.parent == registry.BUNDLED]


@pytest.mark.parametrize("record", BUNDLED, ids=lambda record: record.name)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_a_bundled_plugin_fulfills_the_contract(check: Check, record: Record) -> None:
    check(record)


UNNAMED = """
import keras
def build_it():
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1)(x))
class Odd(keras.layers.Layer):
    def call(self, x): return x
    def compute_output_shape(self, shape): return shape
def build_odd():
    x = keras.Input((1,))
    return keras.Model(x, Odd()(x))
def act(network, image):
    "Do."
"""
NESTED = UNNAMED.replace("Odd()(x))", "keras.layers.TimeDistributed(Odd())(keras.layers.Reshape((1, 1))(x)))")
LAMBDA = """
import keras
def build_it():
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Lambda(lambda x: 2 * x)(x))
"""
LATE_IMPORT = "def build_interface(plugin):\n    from keras import ops\n"


@pytest.mark.parametrize(
    ("check", "files", "message"),
    [
        (contract.has_files, {}, "add model.py"),
        (contract.imports_no_backend, {"model": "import torch\n"}, "model.py says 'import torch'"),
        (contract.imports_no_backend, {"model": "import jax.numpy as jnp\n"}, "says 'import jax.numpy as jnp'"),
        (contract.imports_no_other_plugin, {"model": "from plugins.denoiser.model import denoise\n"}, "model.py says"),
        (contract.imports_no_keras_in_page, {"interface": LATE_IMPORT}, "interface.py says 'from keras import ops'"),
        (contract.imports_no_keras_in_page, {"interface": "from core.networks import device\n"}, "call plugin.run"),
        (
            contract.builds_page_without_keras,
            {"interface": "import keras\n"},
            "cannot be imported|build_interface",
        ),
        (contract.has_builders, {"model": UNNAMED}, "give that layer a name"),
        (contract.uses_builtin_layers, {"model": UNNAMED}, "Odd: not built in"),
        (contract.uses_builtin_layers, {"model": NESTED}, "Odd: not built in"),
        (contract.uses_builtin_layers, {"model": LAMBDA}, "uses Lambda, which cannot be loaded safely"),
        (contract.has_documented_verbs, {"model": UNNAMED}, "act leaves network, image without a type"),
        (contract.has_trainer, {"train": "class Config: ...\n"}, "make Config a dataclass"),
        (contract.has_weights, {"model": ""}, "bundle weights/only or pin it"),
    ],
)
def test_a_breach_fails_with_a_reason(
    plant: Callable[..., Path], check: Check, files: dict[str, str], message: str
) -> None:
    plant("breach", **files)
    with pytest.raises(ContractError, match=message):
        check(registry.find("breach"))


def test_a_module_of_a_tab_that_imports_keras_fails(plant: Callable[..., Path]) -> None:
    folder = plant("breach_tab", interface="")
    (folder / "tabs" / "map").mkdir(parents=True)
    (folder / "tabs" / "map" / "grid.py").write_text("import keras\n")
    with pytest.raises(ContractError, match=r"grid.py says 'import keras': call plugin.run"):
        contract.imports_no_keras_in_page(registry.find("breach_tab"))


def test_a_failed_check_is_reported_with_exit_status_1(
    plant: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    plant("breach_report", plugin="api = ")
    assert contract.report(registry.find("breach_report")) == 1
    assert "FAIL" in capsys.readouterr().out


def test_checks_fail_under_python_o_too(plant: Callable[..., Path]) -> None:
    plant("breach_optimized", model=UNNAMED)
    ended = run_python("-O", "-m", "core", "check", "breach_optimized")
    assert ended.returncode == 1, ended.stderr
    assert "Odd: not built in" in ended.stdout
    assert ended.stdout.count("FAIL") == 7
