"""What all plugins of a process share, the names and settings of Keras, Gradio and NumPy, and a guard of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import isclass
from typing import Any, NamedTuple

from core.errors import OwnerError

MODULES = ("gradio", "keras", "keras.layers", "keras.ops", "keras.random", "numpy")
WITH_CLASSES = ("gradio", "keras", "keras.layers")
CHANGES = "importing the plugin changes {}: set it where it is used, and restore it"


class SharedStateError(OwnerError):
    """A plugin that changes what others use; the message names it."""


class Setting(NamedTuple):
    """A setting of the whole process."""

    name: str
    get: Callable[[], Any]
    set: Callable[[Any], object]


@contextmanager
def unchanged(message: str = CHANGES) -> Iterator[None]:
    """Restore what all plugins share after the `with` block. Raises SharedStateError if it was changed.

    Args:
        message: of the error, with a place for the names of what was changed.
    """
    names, settings = _names(), [(setting, setting.get()) for setting in _settings()]
    try:
        yield
    finally:
        replaced = [each for each in names if vars(each[0]).get(each[1]) is not names[each]]
        added = _added_to_classes(names)  # in place of what they inherit
        changed = [(setting, value) for setting, value in settings if setting.get() != value]
        for owner, name in replaced:
            setattr(owner, name, names[owner, name])
        for owner, name in added:
            delattr(owner, name)
        for setting, value in changed:
            setting.set(value)
    if replaced or added or changed:
        words = [f"{owner.__name__}.{name}" for owner, name in replaced + added] + [
            setting.name for setting, _ in changed
        ]
        raise SharedStateError(message.format(", ".join(sorted(words))))


def _names() -> dict[tuple[Any, str], Any]:
    """Return the values of the public names of modules that are loaded, and of their classes, by owner and name."""
    modules = {name: sys.modules[name] for name in MODULES if name in sys.modules}
    values = [each for name in WITH_CLASSES if name in modules for each in vars(modules[name]).values()]
    owners = [*modules.values(), *set(filter(isclass, values))]
    return {(owner, name): value for owner in owners for name, value in vars(owner).items() if not name.startswith("_")}


def _added_to_classes(names: dict[tuple[Any, str], Any]) -> list[tuple[Any, str]]:
    """Return the owner and the name of what classes in `names` have got since."""
    classes = {owner for owner, _ in names if isclass(owner)}
    return [each for each in _names() if each[0] in classes and each not in names]


def _settings() -> Iterator[Setting]:
    """Yield the settings of the modules that are loaded."""
    if "numpy" in sys.modules:
        import numpy as np

        yield Setting("numpy.seterr", np.geterr, lambda value: np.seterr(**value))
    if "keras" in sys.modules:
        import keras

        for name in ("floatx", "image_data_format", "epsilon"):  # the engine sets the dtype policy of each network
            yield Setting(f"keras.config.{name}", getattr(keras.config, name), getattr(keras.config, f"set_{name}"))
