"""Ways to break the suite from inside of a plugin, one by one: none costs more than the plugin that does it.

Each is planted as a plugin beside a good one. `SURVIVED` counts them; docs/writing_a_plugin.md says how many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from core import contract, registry, verbs
from core.contract import outcome
from core.engine import LocalEngine
from core.engines import isolated
from core.engines.isolated import IsolatedEngine
from core.engines.remote import EngineError
from core.errors import UserError
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.registry import Record, State
from core.web import building, home
from tests.conftest import ROOT

HEAD = 'api = "1.1"\ntitle = "Planted"\nsummary = "A test."\n'
END = "[checkpoints.only]\n"
APART = {"plugin": f"{HEAD}isolate = true\n{END}"}
PAGE = "import gradio as gr\ndef build_interface(plugin):\n    "
LAYER = "keras.layers.Dense(1, name='dense')"
BUILD = f"import keras\ndef build_it():\n    x = keras.Input((1,))\n    return keras.Model(x, {LAYER}(x))\n"
BOUND = """
import gradio as gr
from core.web import pages
def show(plugin, first, second): ...
def build_interface(plugin):
    return pages.tabbed(plugin, {{"One": lambda page, opened: page.bind(show, [], {}, [], page.status(""))}})
"""
GOOD = f"{PAGE}with gr.Blocks() as page:\n        gr.on([], lambda: None, api_name='good_act')\n    return page\n"
UNNAMED = BUILD.replace("Dense(1, name='dense')", "Dense(1)")
IMAGE = "from core.imaging.images import Image\nfrom core.progress import Progress, Steps\n"

MANIFESTS = {  # plugin.toml, and a word of the reason that `list` gives
    "syntax": ("api = ", "cannot be read"),
    "unknown key": (f'{HEAD}colour = "red"\n{END}', "colour"),
    "wrong type": (f'{HEAD}order = "first"\n{END}', "order"),
    "no checkpoints": (HEAD, "checkpoints"),
    "checkpoint's name": (f"{HEAD}[checkpoints.Big-One]\n", "snake_case"),
    "half a pin": (f"{HEAD}{END}size = 5\n", "complete or empty"),
    "later major version": (HEAD.replace("1.1", "2.0") + END, "api 2.0"),
    "later minor version": (HEAD.replace("1.1", "1.99") + END, "api 1.99"),
    "earlier version": (HEAD.replace("1.1", "0.9") + END, "api 0.9"),
    "version in words": (HEAD.replace("1.1", "one") + END, "api"),
    "title too long": (HEAD.replace("Planted", "x" * 99) + END, "title"),
    "nested deeply": (HEAD + "x = " + "[" * 5000, "cannot be read"),
    "package not installed": (f'{HEAD}requires = ["nowhere-to-be-found>=1"]\n{END}', "not installed"),
    "package too old": (f'{HEAD}requires = ["numpy>=99"]\n{END}', "numpy"),
    "no requirement": (f'{HEAD}requires = ["not one!!"]\n{END}', "not a valid pip requirement"),
}
NAMES = [*sorted(registry.RESERVED), "Bad-Name", "2two", "with space", "denoiser"]
PAGES = {  # interface.py, and what the card says
    "error at import": ("raise ValueError('boom')", "boom"),
    "syntax error": ("def (", "SyntaxError"),
    "error while built": (f"{PAGE}raise KeyError('boom')", "boom"),
    "half built": (f"{PAGE}with gr.Blocks(), gr.Row(): raise KeyError('half')", "half"),
    "no page": (f"{PAGE}return None", "NoneType"),
    "no build_interface": ("", "build_interface"),
    "sys.exit": ("import sys; sys.exit(3)", "SystemExit"),
    "KeyboardInterrupt at import": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "KeyboardInterrupt while built": (f"{PAGE}raise KeyboardInterrupt", "KeyboardInterrupt"),
    "recursion": (f"{PAGE}return build_interface(plugin)", "RecursionError"),
    "endless loop at import": ("while True: pass", "longer than"),
    "endless loop": (f"{PAGE}while True: pass", "longer than"),
    "sleeping": (f"import time\n{PAGE}time.sleep(9999)", "longer than"),
    "launch": (f"{PAGE}gr.Blocks().launch()", "launch()"),
    "gradio patched": (f"import gradio\ngradio.Image = None\n{PAGE}return gr.Blocks()", "gradio.Image"),
    "gradio's classes patched": (f"import gradio\ngradio.Slider.postprocess = 1\n{PAGE}return gr.Blocks()", "Slider"),
    "handler with too few inputs": (BOUND.format("[gr.Number()]"), "interface.py:6: show(plugin"),
    "handler with too many inputs": (BOUND.format("[gr.Number()] * 3"), "cannot be bound"),
    "numpy's settings": (f"import numpy\nnumpy.seterr(all='raise')\n{PAGE}return gr.Blocks()", "numpy.seterr"),
}
PAGES_APART = {
    "os._exit": ("import os; os._exit(9)", "ended with status 9"),
    "crash": ("import ctypes; ctypes.string_at(0)", "ended with SIGSEGV"),
    "native code that never returns": ("import ctypes; ctypes.PyDLL(None).sleep(999)", "took longer than"),
}
MODELS = {  # model.py, and the error of a call
    "syntax error": ("def (", "SyntaxError"),
    "error at import": ("raise ValueError('boom')", "boom"),
    "sys.exit": ("import sys; sys.exit(3)", "SystemExit"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "keras patched": ("import keras; keras.ops.sort = None", "keras.ops.sort"),
    "keras' classes patched": ("import keras; keras.Model.predict_on_batch = None", "predict_on_batch"),
    "keras' settings": ("import keras; keras.config.set_image_data_format('channels_first')", "image_data_format"),
    "no builder": ("def act(network): 'Do.'", "build"),
    "no verb": (BUILD, "no verb 'act'"),
    "verb of another module": (f"{BUILD}from core.errors import choose as act", "no verb 'act'"),
    "verb that raises": (f"{BUILD}def act(network): raise KeyError('boom')", "boom"),
    "verb that exits": (f"{BUILD}def act(network): raise SystemExit(3)", "3"),
    "verb that needs all memory": (f"{BUILD}def act(network): raise MemoryError('2.9 TiB')", "2.9 TiB"),
    "verb with other arguments": (f"{BUILD}def act(network, more): ...", "more"),
}
MODELS_APART = {
    "os._exit at import": ("import os; os._exit(7)", "status 7"),
    "os._exit in a verb": (f"{BUILD}import os\ndef act(network): os._exit(7)", "status 7"),
    "crash in a verb": (f"{BUILD}import ctypes\ndef act(network): ctypes.string_at(0)", "SIGSEGV"),
    "kill -9 in a verb": (f"{BUILD}import os\ndef act(network): os.kill(os.getpid(), 9)", "SIGKILL"),
    "endless loop in a verb": (f"{BUILD}def act(network):\n    while True: pass", "longer than"),
    "native code that never returns": (
        f"{BUILD}import ctypes\ndef act(network): ctypes.PyDLL(None).sleep(999)",
        "longer",
    ),
    "what cannot be sent": (f"{BUILD}def act(network): return lambda: 1", "cannot be sent"),
}
VERB = "def act(network: int{}){}:\n    'Do.'"
NAN = "class E: scores = {'a': float('nan')}\ndef evaluate(plugin, count=1): return E"
CARD = "---\nlicense: {}\npipeline_tag: {}\ntags: [x]\n---\n# A card\n"
CHECKED = {  # files, the check that finds it, and a word of what it says
    "no return type": (
        {"model": f"{BUILD}def act(network: int):\n    'Do.'"},
        "has_documented_verbs",
        "no return type",
    ),
    "reserved name": (
        {"model": "def act(network: int, local: int) -> int:\n    'Do.'"},
        "has_documented_verbs",
        "local",
    ),
    "*args": ({"model": "def act(network: int, *more: int) -> int:\n    'Do.'"}, "has_documented_verbs", "name each"),
    "**kwargs": (
        {"model": "def act(network: int, **more: int) -> int:\n    'Do.'"},
        "has_documented_verbs",
        "name each",
    ),
    "no docstring": ({"model": "def act(network: int) -> int: ..."}, "has_documented_verbs", "docstring"),
    "no verb": ({"model": ""}, "has_documented_verbs", "has no verb"),
    "Lambda": (
        {"model": UNNAMED.replace("Dense(1)", "Lambda(lambda x: x)")},
        "uses_builtin_layers",
        "cannot be loaded safely",
    ),
    "unnamed layer": ({"model": UNNAMED}, "has_builders", "give that layer a name"),
    "another backend": ({"model": "import torch"}, "imports_no_backend", "use keras.ops"),
    "another plugin": ({"model": "import plugins.denoiser"}, "imports_no_other_plugin", "from .module"),
    "outside of its folder": ({"model": "from ..other import x"}, "imports_what_it_requires", "outside"),
    "not in requires": ({"model": "import jax"}, "imports_what_it_requires", "requires"),
    "keras on the page": ({"interface": "import keras"}, "imports_no_keras_in_page", "call plugin.run"),
    "Config": ({"train": "class Config: ..."}, "has_trainer", "dataclass"),
    "unknown license": ({"README": CARD.format("mine", "other")}, "has_files", "mine"),
    "unknown task": ({"README": CARD.format("mit", "no-such-task")}, "has_files", "no-such-task"),
    "no weights": ({"model": ""}, "has_weights", "bundle weights/only"),
    "NameError in evaluate": ({"train": "def evaluate(plugin, count=1): return nothing"}, "evaluates", "train.py:1"),
    "NaN as a score": ({"train": NAN}, "evaluates", "finite"),
}
VERBS = {  # the signature and the body of a verb of an image, and what `check` says when it runs it
    "NameError": ("-> Image: return nothing", "model.py"),
    "no Progress": ("-> Steps[Image]:\n    yield 3\n    return image", "yield Progress"),
    "NaN": ("-> Image: return image * float('nan')", "NaN or infinity"),
    "fails on gray": ("-> Image: return image[..., :3].reshape(-1, 3)[:, [0, 1, 5]]", "fails at model.py"),
    "calls another host": ("-> Image:\n    import urllib.request as r; r.urlopen('http://10.0.0.1/')", "connects to"),
}
SURVIVED = sum(map(len, (MANIFESTS, NAMES, PAGES, PAGES_APART, MODELS, MODELS_APART, CHECKED, VERBS)))


def name_of(way: str) -> str:
    return "way_" + re.sub(r"[^a-z]+", "_", way.lower()).strip("_")


def config_beside_a_good_plugin(records: Sequence[Record]) -> str:
    """Return the configuration of an app of broken plugins and a good one, the page and endpoint of which are there."""
    folder = records[0].folder.parent / "good"
    folder.mkdir()
    (folder / "plugin.toml").write_text(HEAD + END)
    (folder / "interface.py").write_text(GOOD)
    app = home.build_app([*records, registry.find(str(folder))], LocalEngine())
    config = json.dumps(app.get_config_file(), default=str, ensure_ascii=False)
    assert "/good_act" in app.get_api_info()["named_endpoints"]
    assert config.count("This demo is not running.") == len(records)
    return config


def test_manifests_and_names(plant: Callable[..., Path]) -> None:
    folders = {plant(name_of(way), plugin=text): word for way, (text, word) in MANIFESTS.items()}
    folders |= {plant(name): "rename" for name in NAMES}
    records = [record for record in registry.discover().values() if record.folder in folders]
    config = config_beside_a_good_plugin(records)
    assert len(records) == len(MANIFESTS) + len(NAMES)
    for record in records:
        assert record.state is not State.READY
        assert folders[record.folder] in record.reason
        assert folders[record.folder] in config


def test_pages(plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    limited = building.limited
    quick = lambda seconds, folder: limited(0.5 if folder.name != "good" else seconds, folder)  # noqa: E731
    monkeypatch.setattr(building, "limited", quick)
    for way, (text, _) in PAGES.items():
        plant(name_of(way), interface=text)
    config = config_beside_a_good_plugin([registry.find(name_of(way)) for way in PAGES])
    for _, word in PAGES.values():
        assert word in config


@pytest.mark.slow
@pytest.mark.parametrize("way", PAGES_APART)
def test_a_page_of_an_isolated_plugin(way: str, plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    text, word = PAGES_APART[way]
    monkeypatch.setattr(building, "LONGEST", 10.0 if word == "took longer than" else 60.0)
    plant(name_of(way), interface=text, **APART)
    assert word in config_beside_a_good_plugin([registry.find(name_of(way))])


def give_weights(folder: Path) -> None:
    scope: dict[str, Any] = {}
    exec(BUILD, scope)
    checkpoint.save(scope["build_it"](), Checkpoint("build_it"), folder / "weights" / "only")


@pytest.mark.parametrize("way", MODELS)
def test_a_model(way: str, plant: Callable[..., Path], denoiser: Plugin) -> None:
    text, word = MODELS[way]
    give_weights(plant(name_of(way), model=text))
    with pytest.raises((Exception, SystemExit), match=re.escape(word)):
        Plugin(registry.find(name_of(way)), LocalEngine()).run("act")
    assert denoiser.describe()


@pytest.mark.slow
@pytest.mark.parametrize("way", MODELS_APART)
def test_a_model_of_an_isolated_plugin(way: str, plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "STEP", 3.0)
    text, word = MODELS_APART[way]
    give_weights(plant(name_of(way), model=text, **APART))
    engine = IsolatedEngine()
    with pytest.raises((EngineError, RuntimeError), match=word):
        Plugin(registry.find(name_of(way)), engine).run("act")
    engine.close()


def first_then_slow(ways: Iterable[str]) -> list[Any]:
    """Return parameters for `ways`, of which all but the first three are marked slow: each takes seconds."""
    return [way if i < 3 else pytest.param(way, marks=pytest.mark.slow) for i, way in enumerate(ways)]


@pytest.mark.parametrize("way", first_then_slow(CHECKED))
def test_what_check_finds(way: str, plant: Callable[..., Path]) -> None:
    files, check, word = CHECKED[way]
    card = files.get("README", "")
    sources = {"model": "", "train": "", "interface": ""} | {k: v for k, v in files.items() if k != "README"}
    (plant(name_of(way), **sources) / "README.md").write_text(card)
    found = outcome.of(getattr(contract, check), registry.find(name_of(way)))
    assert word in found.problem


@pytest.mark.parametrize("way", first_then_slow(VERBS))
def test_a_verb_that_check_runs(way: str, plant: Callable[..., Path]) -> None:
    rest, word = VERBS[way]
    folder = plant(name_of(way), model=f"{IMAGE}{BUILD}def act(network, image: Image) {rest}\n")
    give_weights(folder)
    verbs.import_module_of(registry.find(name_of(way)), "model")
    found = outcome.of(contract.runs_verbs, registry.find(name_of(way)))
    assert word in found.problem


def test_the_documentation_says_how_many_there_are() -> None:
    assert f"{SURVIVED} ways" in (ROOT / "docs" / "writing_a_plugin.md").read_text()


def test_a_plugin_of_which_nothing_is_there_is_told_by_name(plant: Callable[..., Path]) -> None:
    (plant("empty") / "plugin.toml").unlink()
    with pytest.raises(UserError, match="there is no plugin 'empty'"):
        registry.find("empty")
