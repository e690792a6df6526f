"""Verbs are tried on small samples, on large ones, twice with a seed, and under other backends; what fails is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import contract, kinds, registry, verbs
from core.contract import ContractError, outcome, trials
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.registry import Record
from core.sounds import Samples

RUN = """
import keras, numpy as np
from core.imaging.images import Image
from core.progress import Steps

def build_it() -> keras.Model:
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1, name="dense")(x))

def act(network, image: Image, seed: int = 0) -> {}:
    "Do."
    {}
"""


@pytest.fixture
def plant_verb(plant: Callable[..., Path]) -> Callable[[str, str], Record]:
    """Return a function that plants a plugin with a verb of a return type and a body."""

    def plant_verb(returns: str, body: str) -> Record:
        folder = plant("tried", model=RUN.format(returns, body), train="", interface="")
        module = verbs.import_module_of(registry.find("tried"), "model")
        checkpoint.save(module.build_it(), Checkpoint("build_it"), folder / "weights" / "only")
        return registry.find("tried")

    return plant_verb


@pytest.mark.parametrize(
    ("returns", "body", "message"),
    [
        ("Image", "return image[:16, :16].reshape(16, 16, 3)", r"act\(33×47×4\) fails at model\.py:\d+: ValueError"),
        ("Image", "return image * np.float32('nan')", "returns NaN or infinity"),
        ("Steps[Image]", "yield 3\n    return image", "it yields 3: yield Progress"),
        ("Image", "import urllib.request as r; r.urlopen('http://10.0.0.1/')", "it connects to 10.0.0.1"),
    ],
)
def test_a_verb_that_fails_on_a_small_image_is_named_with_its_line(
    plant_verb: Callable[[str, str], Record], returns: str, body: str, message: str
) -> None:
    with pytest.raises(ContractError, match=message):
        contract.runs_verbs(plant_verb(returns, body))


def test_nan_in_a_sound_is_found_with_the_line_of_its_verb(plant_verb: Callable[[str, str], Record]) -> None:
    body = "from core.sounds import Samples; return Samples(np.full((9, 1), np.nan, np.float32), 8)"
    with pytest.raises(ContractError, match=r"model\.py:10: act\(24×32×3\) returns NaN or infinity"):
        contract.runs_verbs(plant_verb("object", body))


def test_a_checkpoint_that_another_backend_cannot_load_is_found(
    plant_verb: Callable[[str, str], Record], monkeypatch: Any
) -> None:
    record = plant_verb("Image", "return image")
    monkeypatch.setattr("core.contract.backends.BACKENDS", ("jax",))
    contract.loads_under_each_backend(record)
    model = (record.folder / "model.py").read_text()
    (record.folder / "model.py").write_text(f"{model}\nassert keras.backend.backend() != 'jax', 'not here'\n")
    with pytest.raises(ContractError, match=r"under jax: .*not here"):
        contract.loads_under_each_backend(record)


def test_a_verb_may_refuse_and_may_take_long(plant_verb: Callable[[str, str], Record], monkeypatch: Any) -> None:
    monkeypatch.setattr(trials, "LONGEST_TRIAL", 0.01)
    body = "from core.progress import Progress\n    while True:\n        yield Progress(0, 1)"
    contract.runs_verbs(plant_verb("Steps[Image]", body))


def test_a_slow_verb_is_canceled_at_its_first_step_once_its_trials_have_taken_long(
    plant_verb: Callable[[str, str], Record], monkeypatch: Any
) -> None:
    monkeypatch.setattr(trials, "LONGEST_VERB", 0.0)
    body = "from core.progress import Progress\n    yield Progress(0, 2)\n    yield Progress(1 // 0, 2)"
    record = plant_verb("Steps[Image]", body)
    contract.runs_verbs(record)  # the second step, which fails, is not reached
    monkeypatch.setattr(trials, "LONGEST_VERB", 60.0)
    with pytest.raises(ContractError, match="ZeroDivisionError"):
        contract.runs_verbs(record)


def test_chance_that_no_seed_decides_is_noticed(plant_verb: Callable[[str, str], Record]) -> None:
    with pytest.raises(ContractError, match="act returns different results for the same seed"):
        contract.repeats_with_seed(plant_verb("Image", "return np.random.default_rng().random((4, 4, 3), np.float32)"))


def test_sounds_of_the_same_seed_are_compared_by_their_samples(plant_verb: Callable[[str, str], Record]) -> None:
    body = "from core.sounds import Samples; return Samples(np.random.default_rng(seed).random((9, 1), np.float32), 8)"
    record = plant_verb("object", body)
    contract.repeats_with_seed(record)
    assert not kinds.is_equal(Samples(np.zeros((9, 1), np.float32), 8), Samples(np.ones((9, 1), np.float32), 8))


def test_a_verb_that_goes_on_without_a_pause_on_a_large_image_is_named(
    plant_verb: Callable[[str, str], Record], monkeypatch: Any
) -> None:
    body = "from core.progress import Progress\n    for i in range(3):\n        yield Progress(i, 3)\n    return image"
    monkeypatch.setattr(trials, "LONGEST_PAUSE", 0.0)
    with pytest.raises(ContractError, match=r"model\.py:10: act\(480×640×3\) goes on for \d+ s without a pause"):
        contract.yields_often(plant_verb("Steps[Image]", body))
    monkeypatch.setattr(trials, "LONGEST_PAUSE", 60.0)
    contract.yields_often(registry.find("tried"))


def test_a_result_that_is_not_of_its_kind_is_named(plant_verb: Callable[[str, str], Record]) -> None:
    with pytest.raises(ContractError, match=r"the result, of type str, cannot be written as image, as its return type"):
        contract.runs_verbs(plant_verb("Image", "return 'no image'"))


READER = """
import keras
from core.errors import UserError
from core.tables import Table
from core.texts import Text

def build_it() -> keras.Model:
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1, name="dense")(x))

def act(network, {}) -> {}:
    "Do."
    {}
"""


@pytest.fixture
def plant_reader(plant: Callable[..., Path]) -> Callable[[str, str, str], Record]:
    """Return a function that plants a plugin with a verb of texts and tables, and an example of each."""

    def plant_reader(takes: str, returns: str, body: str) -> Record:
        folder = plant("tried", model=READER.format(takes, returns, body))
        module = verbs.import_module_of(registry.find("tried"), "model")
        checkpoint.save(module.build_it(), Checkpoint("build_it"), folder / "weights" / "only")
        (folder / "examples").mkdir()
        (folder / "examples" / "a.csv").write_text("height\n1\n")
        return registry.find("tried")

    return plant_reader


@pytest.mark.parametrize(
    ("takes", "returns", "body", "problem"),
    [
        ("text: Text", "Text", "return text[::-1]", ""),
        ("text: Text", "Text", "return text.split()[0]", r"act\(''\) fails at model\.py:13: IndexError"),
        ("table: Table", "Table", "return table.describe() if len(table) else table", ""),
        ("table: Table", "Table", "return table.iloc[[2]]", r"act\(1×2\) fails at model\.py:13: IndexError"),
        ("table: Table", "Text", "return len(table)", "the result, of type int, cannot be written as text"),
        ("table: Table", "Table", "return table[[]]", r"the result, of type DataFrame, cannot be written .*is empty"),
    ],
)
def test_verbs_are_tried_on_texts_and_tables(
    plant_reader: Callable[..., Record], takes: str, returns: str, body: str, problem: str
) -> None:
    found = outcome.of(contract.runs_verbs, plant_reader(takes, returns, body))
    assert re.search(problem, found.problem)
    assert bool(found.problem) == bool(problem)


@pytest.mark.parametrize(("column", "problem", "notes"), [("height", "KeyError", 0), ("weight", "", 1)])
def test_a_verb_that_refuses_all_samples_is_tried_on_the_plugin_s_examples(
    plant_reader: Callable[..., Record], column: str, problem: str, notes: int
) -> None:
    body = f"if '{column}' not in table: raise UserError('no {column}: add it')\n    return table['nothing']"
    found = outcome.of(contract.runs_verbs, plant_reader("table: Table", "Table", body))
    assert problem in found.problem
    assert [line.partition(",")[0] for line in found.notes] == ["warning: act refuses all samples"] * notes
