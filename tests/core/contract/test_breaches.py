"""A plugin that breaks the contract fails, with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import keras
import pytest

from core import contract, registry
from core.contract import Check, ContractError, costs, outcome
from core.verbs import PluginError
from tests.conftest import QUICK_BACKEND

UNNAMED = """
import keras
import numpy as np
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
import numpy as np
def build_it():
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Lambda(lambda x: 2 * x)(x))
"""

VERB = 'from typing import Any\ndef act(network: Any{}){}:\n    "Do."\n    return 1\n'

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
        (contract.has_documented_verbs, {"model": VERB.format("", "")}, "act has no return type"),
        (contract.has_documented_verbs, {"model": VERB.format(", **more: int", " -> int")}, "takes .*more: int, which"),
        (
            contract.has_documented_verbs,
            {"model": VERB.format(", local: int = 1", " -> int")},
            "'local', a flag of the",
        ),
        (contract.imports_what_it_requires, {"model": "import jax\n"}, "add jax to requires in plugin.toml"),
        (contract.imports_what_it_requires, {"model": "from ..other import x\n"}, "outside the plugin's folder"),
        (contract.has_trainer, {"train": "class Config: ...\n"}, "make Config a dataclass"),
        (contract.has_weights, {"model": ""}, "bundle weights/only or pin it"),
    ],
)
def test_a_breach_fails_with_a_reason(
    plant: Callable[..., Path], check: Check, files: dict[str, str], message: str, monkeypatch: Any
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", QUICK_BACKEND)  # of the process in which a page is built
    plant("breach", **files)
    with pytest.raises(ContractError, match=message):
        check(registry.find("breach"))


def test_a_module_of_a_tab_that_imports_keras_fails(plant: Callable[..., Path]) -> None:
    folder = plant("breach_tab", interface="")
    (folder / "tabs" / "map").mkdir(parents=True)
    (folder / "tabs" / "map" / "grid.py").write_text("import keras\n")
    with pytest.raises(ContractError, match=r"grid.py says 'import keras': call plugin.run"):
        contract.imports_no_keras_in_page(registry.find("breach_tab"))


def test_a_plugin_that_replaces_a_name_of_keras_is_noticed(plant: Callable[..., Path], monkeypatch: Any) -> None:
    monkeypatch.setattr(keras.ops, "sort", keras.ops.sort)  # restores it
    plant("patcher", model="import keras\nkeras.ops.sort = None\n", train="", interface="")
    sort = keras.ops.sort
    for _ in range(2):
        with pytest.raises(PluginError, match=r"the plugin changes keras\.ops\.sort: set it where"):
            contract.changes_no_globals(registry.find("patcher"))
    assert keras.ops.sort is sort  # other plugins go on


def test_a_plugin_that_replaces_a_method_of_gradio_is_noticed(plant: Callable[..., Path], monkeypatch: Any) -> None:
    monkeypatch.setattr(gr.Slider, "postprocess", gr.Slider.postprocess)  # restores it
    plant("patcher", model="", train="", interface="import gradio\ngradio.Slider.postprocess = None\n")
    with pytest.raises(PluginError, match=r"changes Slider\.postprocess: set it"):
        contract.changes_no_globals(registry.find("patcher"))


def test_scores_that_are_not_finite_are_refused(plant: Callable[..., Path]) -> None:
    body = (
        "from core.training.evaluation import Evaluation\ndef evaluate(plugin, count: int = 9):\n    return Evaluation("
    )
    plant("scored", train=body + '{"psnr": float("nan")}, count=count)\n', model="")
    with pytest.raises(ContractError, match="psnr is not finite"):
        contract.evaluates(registry.find("scored"))


def test_every_bad_verb_is_named_with_its_line(plant: Callable[..., Path]) -> None:
    plant("several", model="def one(network): ...\ndef two(network: int, *more: int) -> None:\n    'Two.'\n")
    with pytest.raises(ContractError) as caught:
        contract.has_documented_verbs(registry.find("several"))
    assert str(caught.value).splitlines() == [
        "model.py:1: one has no docstring: the command line and the API show it",
        "model.py:1: one leaves network without a type",
        "model.py:1: one has no return type: it says what is written to files",
        "model.py:2: two takes *more: int, which cannot be a flag: name each parameter",
    ]


TRAIN = """
import dataclasses, keras, numpy as np
from core.training import fit, optimizers
from core.training.batches import Batches
from core.training.settings import Settings

@dataclasses.dataclass(frozen=True)
class Config(Settings):
    checkpoint: str = "only"

def train(config, run):
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="dense")])
    network.compile(optimizers.adam(config), loss="mse")
    data = lambda random: (np.ones((2, 1)), np.ones((2, 1)))
    {}
    fit.fit(network, Batches(data, config.steps, 0), None, config, run)
    return {{"score": 1.0}}
"""


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(("line", "problem"), [("", ""), ("(run.folder / 'made').mkdir()", "train.py:15: FileExists")])
def test_a_training_is_killed_and_resumed(plant: Callable[..., Path], line: str, problem: str) -> None:
    plant("trained", train=TRAIN.format(line))
    found = outcome.of(contract.trains, registry.find("trained"))
    assert found.problem.startswith(problem)
    assert bool(found.problem) == bool(problem)


def test_what_an_import_costs_is_noted_and_much_is_a_warning(plant: Callable[..., Path], monkeypatch: Any) -> None:
    hoard = "import numpy as np\nHOARD = np.ones(2**23)\n"  # 64 MB
    record = registry.find(plant("hoards", model=hoard, train="", interface="").name)
    monkeypatch.setattr(costs, "MOST_MEGABYTES", 50)
    found = outcome.of(contract.changes_no_globals, record)
    assert not found.problem
    assert re.fullmatch(r"importing it takes \d\.\d s and [67]\d MB more than the suite", found.notes[0])
    assert re.fullmatch(r"warning: importing model\.py takes .* MB more than the suite: import .*", found.notes[1])
    assert len(found.notes) == 2
