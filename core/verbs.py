"""Finds the code of a plugin: its modules, verbs and checkpoints."""

from __future__ import annotations

import importlib
import inspect
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import FrameType
from typing import Any

from core import crashes, shared_state
from core.errors import OwnerError, UserError
from core.registry import Record


class PluginError(OwnerError):
    """A plugin's module that cannot be imported; the message holds the original error."""


class VerbNotFoundError(UserError):
    """A verb or a checkpoint that the plugin does not have; the message lists those that it has."""


def import_module_of(record: Record, part: str) -> Any:
    """Return a module of a plugin, imported from the plugin's own folder.

    Args:
        record: the plugin.
        part: "model", "train" or "interface".

    Raises:
        PluginError: if the import fails for any reason, SystemExit and KeyboardInterrupt included: a plugin must not
            end the process. Only the user's own Ctrl-C does.
    """
    if record.package not in sys.modules and record.package == f"plugins.{record.name}":
        spec = ModuleSpec(record.package, None, is_package=True)
        spec.submodule_search_locations = [str(record.folder)]
        sys.modules[record.package] = module_from_spec(spec)
    name = f"{record.package}.{part}"
    with interrupts() as received:
        try:
            with ExitStack() as guards:
                if name not in sys.modules:
                    guards.enter_context(crashes.marked(record, f"importing {record.name}/{part}.py"))
                    guards.enter_context(shared_state.unchanged())
                return importlib.import_module(name)
        except BaseException as error:
            if received:
                raise
            sys.modules.pop(name, None)  # the next import of one that changed what is shared fails too
            raise PluginError(f"{record.name}/{part}.py cannot be imported: {describe(error)}") from error


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Yield a list to which each Ctrl-C is added that the user presses during the block.

    It tells them from a KeyboardInterrupt that a plugin raises. Signals arrive in the main thread only.
    """
    received: list[int] = []
    previous = signal.getsignal(signal.SIGINT)
    if not callable(previous) or threading.current_thread() is not threading.main_thread():
        yield received
        return

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        previous(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield received
    finally:
        signal.signal(signal.SIGINT, previous)


def describe(error: BaseException) -> str:
    """Return the type and the message of an error, such as "SystemExit: 3"."""
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def list_verbs(record: Record) -> dict[str, Callable[..., Any]]:
    """Return a plugin's verbs by name: the public functions of its model.py that take `network` first."""
    module = import_module_of(record, "model")
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and _takes_network(name, value)
    }


def find_verb(record: Record, name: str) -> Callable[..., Any]:
    """Return the verb `name` of a plugin. Raises VerbNotFoundError if there is none."""
    known = list_verbs(record)
    if name not in known:
        raise VerbNotFoundError(f"{record.name} has no verb {name!r}: it has {', '.join(known) or 'none'}.")
    return known[name]


def find_checkpoint(record: Record, name: str | None) -> str:
    """Return `name` if the plugin has a checkpoint of that name, or the default checkpoint's name if it is None.

    Raises:
        VerbNotFoundError: if the plugin has no such checkpoint.
    """
    known = record.ready_manifest.checkpoints
    if name and name not in known:
        raise VerbNotFoundError(f"{record.name} has no checkpoint {name!r}: it has {', '.join(known)}.")
    return name or record.ready_manifest.default_checkpoint


def choose_checkpoint(
    record: Record, verb: str, values: tuple[Any, ...] = (), settings: Mapping[str, Any] | None = None
) -> str | None:
    """Return the checkpoint that the plugin chooses for a call that names none; None means its default one.

    A plugin chooses where its `model.py` has a function `choose_checkpoint(verb, arguments) -> str | None`, which is
    given the verb's name and its arguments by name.

    Args:
        record: the plugin.
        verb: the verb's name.
        values: its positional arguments after `network`.
        settings: its keyword arguments.

    Raises:
        VerbNotFoundError: if the plugin has no such verb.
    """
    choose = getattr(import_module_of(record, "model"), "choose_checkpoint", None)
    if choose is None:
        return None
    try:
        bound = inspect.signature(find_verb(record, verb)).bind(None, *values, **(settings or {}))
    except TypeError:
        return None  # the call itself raises the error
    bound.apply_defaults()
    chosen: str | None = choose(verb, bound.arguments)
    return chosen


def _takes_network(name: str, function: Callable[..., Any]) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and not name.startswith("_") and code.co_varnames[: code.co_argcount][:1] == ("network",)
