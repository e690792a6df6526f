"""The contract that every plugin keeps, as checks: `python -m core check NAME` and the contract test run the same.

A check takes a record and raises AssertionError, whose message says what to change, where the plugin breaks it.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import yaml

from core import verbs
from core.registry import Record, State

Check = Callable[[Record], None]
FILES = ("plugin.toml", "model.py", "train.py", "interface.py", "README.md")
PLUGINS = re.compile(r"^\s*(import|from) plugins\b.*", re.MULTILINE)
BACKENDS = re.compile(r"^\s*(import|from) (tensorflow|torch|jax)\b", re.MULTILINE)


def report(record: Record) -> int:
    """Print how `record` fares in each check; return 0 where it passes all, else 1."""
    failed = 0
    for check in CHECKS:
        try:
            check(record)
            print(f"pass  {sentence(check)}")
        except Exception as error:
            failed += 1
            print(f"FAIL  {sentence(check)}\n      {error if str(error) else type(error).__name__}")
            if check is is_ready:
                break
    print(f"{record.name}: {f'{failed} failed' if failed else 'keeps the contract'}.")
    return 1 if failed else 0


def sentence(check: Check) -> str:
    """Return what `check` holds, in words."""
    return (inspect.getdoc(check) or check.__name__).splitlines()[0]


def is_ready(record: Record) -> None:
    """The manifest is valid and all that it requires is there."""
    assert record.state is State.READY, f"it is {record.state}: {record.reason}"


def has_files(record: Record) -> None:
    """Each file of the contract is there, and the model card begins with front matter that the Hub understands."""
    missing = [name for name in FILES if not (record.folder / name).exists()]
    assert not missing, f"add {', '.join(missing)} to {record.folder}"
    _, _, rest = (record.folder / "README.md").read_text().partition("---\n")
    facts = yaml.safe_load(rest.partition("\n---\n")[0])
    lacking = [key for key in ("license", "pipeline_tag", "tags") if key not in (facts or {})]
    assert not lacking, f"add {', '.join(lacking)} to the front matter of README.md"


def imports_no_backend(record: Record) -> None:
    """No backend is imported: Keras alone, so that all three serve."""
    for path in record.folder.rglob("*.py"):
        found = BACKENDS.search(path.read_text())
        assert not found, f"{path.name} says {found and found[0].strip()!r}: use keras.ops"


def imports_no_other_plugin(record: Record) -> None:
    """No other plugin is imported, so that each can be taken away; its own modules are, as `from .model import …`."""
    for path in record.folder.rglob("*.py"):
        found = PLUGINS.search(path.read_text())
        assert not found, f"{path.name} says {found and found[0].strip()!r}: write `from .module import …`"


def has_no_keras_in_page(record: Record) -> None:
    """The page is built without importing Keras."""
    program = (
        "import sys, gradio; from core import engine, registry, verbs; from core.plugin import Plugin;"
        f"record = registry.find({record.name!r});"
        "page = verbs.import_module_of(record, 'interface').build_interface(Plugin(record, engine.LocalEngine()));"
        "assert isinstance(page, gradio.Blocks), f'build_interface returns {type(page)}, not gr.Blocks';"
        "assert 'keras' not in sys.modules, 'interface.py imports keras: call plugin.run instead'"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, (ended.stderr.strip() or "the page cannot be built").splitlines()[-1]


def has_builders(record: Record) -> None:
    """Each builder works without arguments and names its layers, so that checkpoints fit."""
    from core.networks import checkpoint

    for name, build in _builders(record).items():
        first, second = (set(checkpoint.variables(build())) for _ in range(2))
        unnamed = sorted(first ^ second)
        assert not unnamed, f"{name} builds {unnamed[0]!r}, called otherwise the next time: give that layer a name"


def uses_builtin_layers(record: Record) -> None:
    """Networks are made of built-in Keras layers, so that plain Keras can load what is pushed."""
    for name, build in _builders(record).items():
        for layer in build()._flatten_layers(include_self=False):
            kind = type(layer).__name__
            assert type(layer).__module__.startswith("keras."), f"{name} uses {kind}: not built in"
            assert kind != "Lambda", f"{name} uses Lambda, which is not loaded safely: use keras.ops"


def has_documented_verbs(record: Record) -> None:
    """There is a verb; each says what it does and annotates every parameter."""
    found = verbs.list_verbs(record)
    assert found, "model.py has no verb: a public function whose first parameter is `network`"
    for name, verb in found.items():
        assert inspect.getdoc(verb), f"{name} has no docstring: the command line and the API show it"
        bare = [parameter for parameter in inspect.signature(verb).parameters if parameter not in verb.__annotations__]
        assert not bare, f"{name} leaves {', '.join(bare)} without a type"


def has_trainer(record: Record) -> None:
    """`train.py` has a frozen `Config` full of defaults, `train(config, run)` and `evaluate(plugin, …)`."""
    recipe = verbs.import_module_of(record, "train")
    config = recipe.Config()
    assert dataclasses.is_dataclass(config), "make Config a dataclass"
    assert recipe.Config.__dataclass_params__.frozen, "freeze Config: @dataclass(frozen=True)"
    known = list(record.ready_manifest.checkpoints)
    assert getattr(config, "checkpoint", None) in known, f"give Config a field `checkpoint`, by default one of {known}"
    assert list(inspect.signature(recipe.train).parameters) == ["config", "run"], "write train(config, run)"
    assert next(iter(inspect.signature(recipe.evaluate).parameters)) == "plugin", "write evaluate(plugin, …)"


def has_weights(record: Record) -> None:
    """Each checkpoint is bundled or pinned; the bundled ones load and hold scores and provenance."""
    from core import metadata
    from core.networks import checkpoint

    for name, pin in record.ready_manifest.checkpoints.items():
        folder = record.folder / "weights" / name
        assert folder.exists() or pin.revision, f"bundle weights/{name} or pin it in plugin.toml"
        if folder.exists():
            facts = metadata.read(folder)
            assert facts.scores, f"weights/{name} has no scores"
            assert facts.provenance, f"weights/{name} has no provenance"
            checkpoint.load(folder, verbs.import_module_of(record, "model"))


def _builders(record: Record) -> dict[str, Callable[[], Any]]:
    module = verbs.import_module_of(record, "model")
    builders = {name: value for name, value in vars(module).items() if name.startswith("build_")}
    assert builders, "model.py has no build_… function"
    return builders


CHECKS: tuple[Check, ...] = (
    is_ready,
    has_files,
    imports_no_backend,
    imports_no_other_plugin,
    has_no_keras_in_page,
    has_builders,
    uses_builtin_layers,
    has_documented_verbs,
    has_trainer,
    has_weights,
)
