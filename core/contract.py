"""The contract that every plugin fulfills, as checks. `python -m core check NAME` and the contract test run the same.

A check takes a record and raises ContractError if the plugin breaks the contract; the message says what to change.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from core import first_results, verbs
from core.errors import UserError
from core.registry import Record, State

Check = Callable[[Record], None]
FILES = ("plugin.toml", "model.py", "train.py", "interface.py", "README.md")
FRONT_MATTER = ("license", "pipeline_tag", "tags")  # of README.md
BACKENDS = ("tensorflow", "torch", "jax")
PAGE_FILES = ("interface.py", "tabs/**/*.py")


class ContractError(UserError):
    """A plugin that breaks the contract; the message says what to change."""


def report(record: Record) -> int:
    """Print the result of each check of `record`; return 0 if it passes all, else 1."""
    failed = 0
    for check in CHECKS:
        try:
            check(record)
            print(f"pass  {describe_check(check)}")
        except Exception as error:
            failed += 1
            print(f"FAIL  {describe_check(check)}\n      {error if str(error) else type(error).__name__}")
            if check is is_ready:
                break
    print(f"{record.name}: {f'{failed} failed' if failed else 'fulfills the contract'}.")
    return 1 if failed else 0


def describe_check(check: Check) -> str:
    """Return the first line of the docstring of `check`: a sentence that says what it checks."""
    return (inspect.getdoc(check) or check.__name__).splitlines()[0]


def is_ready(record: Record) -> None:
    """The manifest is valid, and every requirement is installed."""
    _require(record.state is State.READY, f"it is {record.state}: {record.reason}")


def has_files(record: Record) -> None:
    """Every file of the contract exists, and the model card begins with front matter that the Hub understands."""
    missing = [name for name in FILES if not (record.folder / name).exists()]
    _require(not missing, f"add {', '.join(missing)} to {record.folder}")
    _, _, rest = (record.folder / "README.md").read_text().partition("---\n")
    front_matter = yaml.safe_load(rest.partition("\n---\n")[0]) or {}
    missing = [key for key in FRONT_MATTER if key not in front_matter]
    _require(not missing, f"add {', '.join(missing)} to the front matter of README.md")


def imports_no_backend(record: Record) -> None:
    """No backend is imported, only Keras, so that the plugin runs under all three."""
    for path in record.folder.rglob("*.py"):
        _refuse_imports(path, BACKENDS, "use keras.ops")


def imports_no_other_plugin(record: Record) -> None:
    """No other plugin is imported, so that each can be removed; its own modules are imported as `from .model`."""
    for path in record.folder.rglob("*.py"):
        _refuse_imports(path, ("plugins",), "write `from .module import …`")


def imports_no_keras_in_page(record: Record) -> None:
    """Neither interface.py nor a module of tabs/ imports Keras: a page calls `plugin.run`."""
    for path in (path for pattern in PAGE_FILES for path in record.folder.glob(pattern)):
        _refuse_imports(path, ("keras", "core.networks"), "call plugin.run")


def builds_page_without_keras(record: Record) -> None:
    """The page is built without loading Keras."""
    program = (
        "import sys, gradio; from core import engine, registry, verbs; from core.plugin import Plugin;"
        f"record = registry.find({record.name!r});"
        "page = verbs.import_module_of(record, 'interface').build_interface(Plugin(record, engine.LocalEngine()));"
        "isinstance(page, gradio.Blocks) or sys.exit(f'build_interface returns {type(page)}, not gr.Blocks');"
        "'keras' in sys.modules and sys.exit('interface.py imports keras: call plugin.run instead')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise ContractError((ended.stderr.strip() or "the page cannot be built").splitlines()[-1])


def has_builders(record: Record) -> None:
    """Each builder works without arguments and names its layers, so that checkpoints match."""
    from core.networks import checkpoint

    for name, build in _builders(record).items():
        first, second = (set(checkpoint.variables(build())) for _ in range(2))
        unnamed = sorted(first ^ second)
        if unnamed:
            raise ContractError(f"{name} builds {unnamed[0]!r}, but not when called again: give that layer a name")


def uses_builtin_layers(record: Record) -> None:
    """Networks consist of built-in Keras layers, so that Keras alone can load a pushed checkpoint."""
    import keras

    for name, build in _builders(record).items():
        for module, kind in _serialized_classes(keras.saving.serialize_keras_object(build())):
            _require(module.partition(".")[0] == "keras", f"{name} uses {kind}: not built in")
            _require(kind != "Lambda", f"{name} uses Lambda, which cannot be loaded safely: use keras.ops")


def has_documented_verbs(record: Record) -> None:
    """There is a verb; each has a docstring and annotates every parameter."""
    found = verbs.list_verbs(record)
    _require(found, "model.py has no verb: a public function that takes `network` first")
    for name, verb in found.items():
        _require(inspect.getdoc(verb), f"{name} has no docstring: the command line and the API show it")
        bare = [parameter for parameter in inspect.signature(verb).parameters if parameter not in verb.__annotations__]
        _require(not bare, f"{name} leaves {', '.join(bare)} without a type")


def has_trainer(record: Record) -> None:
    """`train.py` has a frozen `Config` with defaults, `train(config, run)` and `evaluate(plugin, …)`."""
    module = verbs.import_module_of(record, "train")
    config = module.Config()
    _require(dataclasses.is_dataclass(config), "make Config a dataclass")
    _require(module.Config.__dataclass_params__.frozen, "freeze Config: @dataclass(frozen=True)")
    known = list(record.ready_manifest.checkpoints)
    is_known = getattr(config, "checkpoint", None) in known
    _require(is_known, f"give Config a field `checkpoint`, by default one of {known}")
    _require(list(inspect.signature(module.train).parameters) == ["config", "run"], "write train(config, run)")
    _require(next(iter(inspect.signature(module.evaluate).parameters)) == "plugin", "write evaluate(plugin, …)")


def has_weights(record: Record) -> None:
    """Each checkpoint is bundled or pinned; the bundled ones load, and have scores and provenance."""
    from core import metadata
    from core.networks import checkpoint

    for name, pin in record.ready_manifest.checkpoints.items():
        folder = record.folder / "weights" / name
        _require(folder.exists() or pin.revision, f"bundle weights/{name} or pin it in plugin.toml")
        if folder.exists():
            found = metadata.read(folder)
            _require(found.scores, f"weights/{name} has no scores")
            _require(found.provenance, f"weights/{name} has no provenance")
            checkpoint.load(folder, verbs.import_module_of(record, "model"))


def has_current_first_results(record: Record) -> None:
    """First results, where the plugin stores some, are complete and were computed with its current weights."""
    for name, result in first_results.read(record).items():
        missing = ", ".join(first_results.find_missing(record, result))
        _require(not missing, f"{name} lacks its files {missing}: python -m core first-results {record.name}")
        outdated = ", ".join(first_results.find_outdated(record, result))
        _require(not outdated, f"{name} used other weights of {outdated}: python -m core first-results {record.name}")


def _require(condition: object, message: str) -> None:
    """Raise ContractError unless `condition` is true. Unlike `assert`, this works under `python -O` too."""
    if not condition:
        raise ContractError(message)


def _builders(record: Record) -> dict[str, Callable[[], Any]]:
    module = verbs.import_module_of(record, "model")
    builders = {name: value for name, value in vars(module).items() if name.startswith("build_")}
    _require(builders, "model.py has no build_… function")
    return builders


def _refuse_imports(path: Path, packages: tuple[str, ...], remedy: str) -> None:
    """Raise ContractError if the file `path` imports one of `packages`, at its top or anywhere in it."""
    for statement, modules in _imports(path):
        if any(f"{module}.".startswith(f"{package}.") for module in modules for package in packages):
            raise ContractError(f"{path.name} says {statement!r}: {remedy}")


def _imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each import statement of a file, and the absolute names of the modules that it may import."""
    for node in ast.walk(ast.parse(path.read_bytes(), path.name)):
        if isinstance(node, ast.Import):
            yield ast.unparse(node), [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]  # `from core import networks`
            yield ast.unparse(node), [node.module, *names]


def _serialized_classes(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of every class and function in an object that Keras serialized."""
    if isinstance(value, dict):
        if "module" in value and "class_name" in value:
            yield value["module"] or "", value["class_name"]
        for each in value.values():
            yield from _serialized_classes(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _serialized_classes(each)


CHECKS: tuple[Check, ...] = (
    is_ready,
    has_files,
    imports_no_backend,
    imports_no_other_plugin,
    imports_no_keras_in_page,
    builds_page_without_keras,
    has_builders,
    uses_builtin_layers,
    has_documented_verbs,
    has_trainer,
    has_weights,
    has_current_first_results,
)
