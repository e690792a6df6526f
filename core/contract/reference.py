"""Writes docs/reference.md, the names of `core` that plugins may use: `python -m core.contract.reference`."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

PUBLIC = (
    "core.errors",
    "core.progress",
    "core.kinds",
    "core.imaging.images",
    "core.imaging.grids",
    "core.imaging.tiling",
    "core.imaging.metrics",
    "core.imaging.resizing",
    "core.imaging.transparency",
    "core.imaging.flatness",
    "core.imaging.interpolation",
    "core.sounds",
    "core.texts",
    "core.tables",
    "core.networks.layers",
    "core.networks.checkpoint",
    "core.training.settings",
    "core.training.data",
    "core.training.datasets",
    "core.training.cats",
    "core.training.batches",
    "core.training.pairs",
    "core.training.optimizers",
    "core.training.callbacks",
    "core.training.fit",
    "core.training.runs",
    "core.training.evaluation",
    "core.plugin",
    "core.web.pages",
    "core.web.charts",
    "core.web.sheets",
    "core.contract.testing",
)
PATH = Path(__file__).parents[2] / "docs" / "reference.md"
HEAD = """# What plugins may use

The public names of `core`, with their signatures: a plugin for api 1.x runs with every later 1.x. Other names may
change at any time. Written by `python -m core.contract.reference` from the docstrings, which say more:
`python -m pydoc core.imaging.tiling`.
"""
SHORTEST_PATHS = r"\b(?:[a-z_]+\.)+(?=[A-Z])"  # of types: "core.imaging.images.Image" is "Image"


def render() -> str:
    """Return the content of docs/reference.md."""
    return HEAD + "".join(_render_module(importlib.import_module(name)) for name in PUBLIC)


def _render_module(module: ModuleType) -> str:
    rows = "".join(f"| `{signature}` | {summary} |\n" for signature, summary in _names(module))
    summary = (inspect.getdoc(module) or "").splitlines()[0]
    return f"\n## {module.__name__}\n\n{summary}\n\n| name | |\n|---|---|\n{rows}"


def _names(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield the signature and the summary of each public function and class, those that are exported too."""
    exported = getattr(module, "__all__", None)
    for name, value in vars(module).items():
        is_here = name in exported if exported is not None else getattr(value, "__module__", "") == module.__name__
        if is_here and not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value)):
            yield name + _signature(value), (inspect.getdoc(value) or "").splitlines()[0].replace("|", "\\|")


def _signature(value: Any) -> str:
    """Return the parameters of a function or of a class, without the paths of types."""
    try:
        text = str(inspect.signature(value).replace(return_annotation=inspect.Signature.empty))
    except ValueError:  # of an exception or a protocol
        return ""
    if inspect.isclass(value) and text in ("(*args, **kwargs)", "()"):
        return ""
    text = re.sub(SHORTEST_PATHS, "", re.sub(r"<function .*? at 0x\w+>", "…", text))
    return text.replace("'", "").replace("|", "\\|")


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")
