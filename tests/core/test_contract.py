"""Every bundled plugin fulfills the contract, and a plugin that breaks it fails, with a reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import keras
import numpy as np
import pytest

from core import contract, kinds, registry, verbs
from core.contract import (
    Check,
    ContractError,
    costs,
    outcome,
    runner,
    trials,
)
from core.contract.outcome import Outcome
from core.engine import LocalEngine
from core.errors import UserError
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.registry import Record
from core.sounds import Samples
from core.verbs import PluginError
from core.web import building
from core.web.handlers import HandlerError
from tests.conftest import QUICK_BACKEND

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


def test_a_failed_check_is_reported_with_exit_status_1(
    plant: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    plant("breach_report", plugin="api = ")
    assert runner.report("breach_report") == 1
    assert "FAIL" in capsys.readouterr().out


@pytest.mark.parametrize("module", sorted(Path(runner.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_no_check_is_an_assertion_which_python_o_leaves_out(module: Path) -> None:
    nodes = [*ast.walk(ast.parse(module.read_text()))]
    assert not [node for node in nodes if isinstance(node, ast.Assert)]
    assert not [node for node in nodes if isinstance(node, ast.Name) and node.id == "__debug__"]


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


def test_a_page_that_launches_itself_is_refused(plant: Callable[..., Path], monkeypatch: Any) -> None:
    body = "import gradio as gr\ndef build_interface(plugin):\n    gr.Blocks().launch()\n"
    folder = plant("launcher", interface=body)
    monkeypatch.delenv("DARKROOM_PLUGINS")  # found by its path alone
    with pytest.raises(ContractError, match=r"calls launch\(\): return the page"):
        contract.builds_page_without_keras(registry.find(str(folder)))


def test_scores_that_are_not_finite_are_refused(plant: Callable[..., Path]) -> None:
    body = (
        "from core.training.evaluation import Evaluation\ndef evaluate(plugin, count: int = 9):\n    return Evaluation("
    )
    plant("scored", train=body + '{"psnr": float("nan")}, count=count)\n', model="")
    with pytest.raises(ContractError, match="psnr is not finite"):
        contract.evaluates(registry.find("scored"))


def test_nan_in_a_sound_is_found_with_the_line_of_its_verb(plant_verb: Callable[[str, str], Record]) -> None:
    body = "from core.sounds import Samples; return Samples(np.full((9, 1), np.nan, np.float32), 8)"
    with pytest.raises(ContractError, match=r"model\.py:10: act\(24×32×3\) returns NaN or infinity"):
        contract.runs_verbs(plant_verb("object", body))


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


def test_what_an_import_costs_is_noted_and_much_is_a_warning(plant: Callable[..., Path], monkeypatch: Any) -> None:
    hoard = "import numpy as np\nHOARD = np.ones(2**23)\n"  # 64 MB
    record = registry.find(plant("hoards", model=hoard, train="", interface="").name)
    monkeypatch.setattr(costs, "MOST_MEGABYTES", 50)
    found = outcome.of(contract.changes_no_globals, record)
    assert not found.problem
    assert re.fullmatch(r"importing it takes \d\.\d s and [67]\d MB more than the suite", found.notes[0])
    assert re.fullmatch(r"warning: importing model\.py takes .* MB more than the suite: import .*", found.notes[1])
    assert len(found.notes) == 2


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


def test_one_cause_is_told_once(plant: Callable[..., Path], monkeypatch: Any, capsys: Any) -> None:
    plant("same")
    outcomes = [Outcome(f"Sentence {i}", problem) for i, problem in enumerate(["", "x.py:1: no", "x.py:1: no"])]
    outcomes[0] = outcomes[0]._replace(notes=("it is slow",))
    monkeypatch.setattr(runner, "run", lambda *_: iter(outcomes))
    assert runner.report("same") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "pass  Sentence 0",
        "FAIL  Sentence 1",
        "      x.py:1: no",
        "skip  Sentence 2 (as told above)",
        "note  it is slow",
        "same: 1 to mend, in 0 s.",
    ]


@pytest.mark.parametrize(
    ("problem", "cause"),
    [
        ("", ""),
        ("SyntaxError: invalid syntax (model.py, line 2)", "invalid syntax (model.py, line 2)"),
        (
            "tabs/one.py:4: x/model.py cannot be imported: SyntaxError: invalid syntax (model.py, line 2)",
            "invalid syntax (model.py, line 2)",
        ),
        ("under jax: model.py:2: core.verbs.PluginError: x: KeyError: 'boom'", "'boom'"),
        ("act(24×32×3) fails at model.py:2: KeyError: 'boom'", "'boom'"),
        ("interface.py:3: show at interface.py:1 cannot be bound", "show at interface.py:1 cannot be bound"),
        ("model.py:1: one has no docstring\nmodel.py:2: two too", "one has no docstring\ntwo too"),
    ],
)
def test_a_cause_is_the_same_wherever_it_is_met(problem: str, cause: str) -> None:
    assert Outcome("Sentence", problem).cause == cause


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


def test_a_plugin_is_checked_by_the_path_of_its_folder(plant: Callable[..., Path], monkeypatch: Any) -> None:
    folder = plant("elsewhere")
    monkeypatch.delenv("DARKROOM_PLUGINS")
    assert registry.find(str(folder)).folder == folder
    with pytest.raises(UserError, match=r"is no plugin: it has no plugin.toml"):
        registry.find(str(folder.parent))


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
