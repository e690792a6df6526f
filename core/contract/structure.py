"""Checks of a plugin's modules: builders, verbs, training, weights and first results."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from core import first_results, metadata, verbs
from core.contract import costs
from core.contract.breach import ContractError, note, require, require_none
from core.contract.loaded import plugin_of
from core.registry import Record
from core.tracebacks import place_of

RESERVED = ("checkpoint", "weights", "local", "precision", "out", "strip_metadata")  # flags of the command line
LOADED = "loading its network takes {}"


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
            require(module.partition(".")[0] == "keras", f"{name} uses {kind}: not built in")
            require(kind != "Lambda", f"{name} uses Lambda, which cannot be loaded safely: use keras.ops")


def has_documented_verbs(record: Record) -> None:
    """There is a verb; each has a docstring, and a type for every parameter and for its result."""
    found = verbs.list_verbs(record)
    require(found, "model.py has no verb: a public function that takes `network` first")
    require_none(
        f"{place_of(verb, record.folder)}{name} {problem}" for name, verb in found.items() for problem in _faults(verb)
    )


def has_trainer(record: Record) -> None:
    """`train.py` has a frozen `Config` with defaults, `train(config, run)` and `evaluate(plugin, …)`."""
    module = verbs.import_module_of(record, "train")
    config = module.Config()
    require(dataclasses.is_dataclass(config), "make Config a dataclass")
    require(module.Config.__dataclass_params__.frozen, "freeze Config: @dataclass(frozen=True)")
    known = list(record.ready_manifest.checkpoints)
    is_known = getattr(config, "checkpoint", None) in known
    require(is_known, f"give Config a field `checkpoint`, by default one of {known}")
    require(list(inspect.signature(module.train).parameters) == ["config", "run"], "write train(config, run)")
    require(next(iter(inspect.signature(module.evaluate).parameters)) == "plugin", "write evaluate(plugin, …)")


def has_weights(record: Record) -> None:
    """Each checkpoint is bundled or pinned; the bundled ones load, and have scores and provenance."""
    for name, pin in record.ready_manifest.checkpoints.items():
        folder = record.folder / "weights" / name
        require(folder.exists() or pin.revision, f"bundle weights/{name} or pin it in plugin.toml")
        if folder.exists():
            found = metadata.read(folder)
            require(found.scores, f"weights/{name} has no scores")
            require(found.provenance, f"weights/{name} has no provenance")
            cost = costs.measure(partial(plugin_of(record).describe, name))
            if name == record.ready_manifest.default_checkpoint:
                note(LOADED.format(cost))


def has_current_first_results(record: Record) -> None:
    """First results, where the plugin stores some, are complete and were computed with its current weights."""
    for name, result in first_results.read(record).items():
        missing = ", ".join(first_results.find_missing(record, result))
        require(not missing, f"{name} lacks its files {missing}: python -m core first-results {record.name}")
        outdated = ", ".join(first_results.find_outdated(record, result))
        require(not outdated, f"{name} used other weights of {outdated}: python -m core first-results {record.name}")


def _faults(verb: Callable[..., Any]) -> Iterator[str]:
    """Yield what is wrong with the docstring and the signature of a verb."""
    parameters = inspect.signature(verb).parameters.values()
    if not inspect.getdoc(verb):
        yield "has no docstring: the command line and the API show it"
    if bare := [each.name for each in parameters if each.name not in verb.__annotations__]:
        yield f"leaves {', '.join(bare)} without a type"
    if "return" not in verb.__annotations__:
        yield "has no return type: it says what is written to files"
    for each in parameters:
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            yield f"takes {each}, which cannot be a flag: name each parameter"
        if each.name in RESERVED:
            yield f"has a parameter {each.name!r}, a flag of the command line: rename it"


def _builders(record: Record) -> dict[str, Callable[[], Any]]:
    module = verbs.import_module_of(record, "model")
    builders = {
        name: value
        for name, value in vars(module).items()
        if name.startswith("build_") and value.__module__.startswith(record.package)
    }
    require(builders, "model.py has no build_… function")
    return builders


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
