"""Finds a plugin's code: its modules, its verbs, its checkpoints."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from typing import Any

from core.errors import UserError
from core.registry import Record


class PluginError(UserError):
    """A plugin's code that does not run; the message holds its own error."""


class VerbNotFoundError(UserError):
    """A verb or a checkpoint that the plugin does not have; the message lists those that it has."""


def import_module_of(record: Record, part: str) -> Any:
    """Return the module `part` ("model", "train" or "interface") of a plugin, imported from its own folder.

    Raises PluginError for whatever stops the import, SystemExit too: a plugin must not end the process it is in.
    """
    if record.package not in sys.modules and record.package == f"plugins.{record.name}":
        spec = ModuleSpec(record.package, None, is_package=True)
        spec.submodule_search_locations = [str(record.folder)]
        sys.modules[record.package] = module_from_spec(spec)
    try:
        return importlib.import_module(f"{record.package}.{part}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(f"{record.name}/{part}.py cannot be imported: {type(error).__name__}: {error}") from error


def list_verbs(record: Record) -> dict[str, Callable[..., Any]]:
    """Return a plugin's verbs by name: the public functions of its model.py whose first parameter is `network`."""
    module = import_module_of(record, "model")
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and _takes_network(name, value)
    }


def find_verb(record: Record, name: str) -> Callable[..., Any]:
    """Return the verb `name` of a plugin. Raises VerbNotFoundError where there is none."""
    known = list_verbs(record)
    if name not in known:
        raise VerbNotFoundError(f"{record.name} has no verb {name!r}: it has {', '.join(known) or 'none'}.")
    return known[name]


def find_checkpoint(record: Record, name: str | None) -> str:
    """Return the checkpoint `name` of a plugin, or its default one. Raises VerbNotFoundError where there is none."""
    known = record.ready_manifest.checkpoints
    if name and name not in known:
        raise VerbNotFoundError(f"{record.name} has no checkpoint {name!r}: it has {', '.join(known)}.")
    return name or record.ready_manifest.default_checkpoint


def _takes_network(name: str, function: Callable[..., Any]) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and not name.startswith("_") and code.co_varnames[: code.co_argcount][:1] == ("network",)
