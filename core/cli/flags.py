"""Flags of the command line: from the signature of a plugin's function, and those that say which weights run."""

from __future__ import annotations

import atexit
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, is_dataclass, make_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import tyro

from core import verbs
from core.cli import files
from core.engine import Engine, LocalEngine
from core.manifest import Precision
from core.plugin import Plugin
from core.registry import Record
from core.weights import WeightsOptions, parse_override

# The other files are parameters, documented by the docstring.
FILE_HELP = {"out": "the file to write; a folder where the input is one; - is standard output"}


@dataclass(frozen=True)
class OutputOptions:
    """How what comes out is written."""

    strip_metadata: bool = False
    """Leave out the EXIF data of the first file (date, camera, place), which the result keeps otherwise."""


@dataclass(frozen=True)
class RunOptions:
    """Which weights are used, and how they run."""

    checkpoint: str | None = None
    """Which of the plugin's checkpoints; its default one if left out."""
    weights: str | None = None
    """Folder of a checkpoint to use instead, or owner/name@revision on the Hub."""
    local: bool = False
    """Use the newest finished run below runs/."""
    precision: Precision | None = None
    """What networks compute in, instead of the plugin's own choice."""
    engine: Literal["local", "ray"] = "local"
    """ray: run the network on a Ray cluster, see docs/scaling.md."""
    ray_address: str | None = None
    """HOST:PORT of the cluster's head; left out, a cluster is started on this machine."""
    ray_scale: Path | None = None
    """TOML file that says how many replicas there are, see docs/scaling.md; one if left out."""

    def plugin(self, record: Record) -> Plugin:
        """Return the plugin with an engine that uses these weights."""
        checkpoint = verbs.find_checkpoint(record, self.checkpoint) if self.checkpoint or self.weights else None
        overrides = {f"{record.name}/{checkpoint}": parse_override(self.weights)} if self.weights else {}
        return Plugin(record, self._make_engine(WeightsOptions(overrides, self.local)), checkpoint)

    def _make_engine(self, options: WeightsOptions) -> Engine:
        from core.engines import ray_serve

        make = ray_serve.choose(self.engine, self.ray_address, self.ray_scale)
        if make is None:
            return LocalEngine(options, self.precision)
        running = make(options, self.precision)
        atexit.register(running.close)
        return running


def parse(kind: type, arguments: list[str], command: str) -> Any:
    """Return the dataclass `kind`, filled from `arguments`; `command` is what its --help calls the command."""
    return tyro.cli(kind, args=arguments, prog=command)


def make(function: Callable[..., Any], inputs: list[str], settings: dict[str, Any], out: bool = True) -> type:
    """Return a dataclass with a field for each file and flag of `function`, and with its docstring.

    Args:
        function: a verb, or a plugin's `evaluate`.
        inputs: the names of its parameters that are files.
        settings: the types of its other parameters.
        out: whether there is an output file.
    """
    parameters = inspect.signature(function).parameters
    positional = [*inputs, "out"] if out else inputs
    columns: list[Any] = [
        (name, Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar=name.upper(), help=FILE_HELP.get(name))])
        for name in positional
    ]
    for name, kind in settings.items():
        default = parameters[name].default
        default = tuple(default.tolist()) if isinstance(default, np.ndarray) else default
        kind = files.flag_type(kind)
        if is_dataclass(kind):  # its fields become flags, without the parameter's name as a prefix
            kind = Annotated[kind, tyro.conf.arg(name="")]
        columns.append((name, kind, field() if default is inspect.Parameter.empty else field(default=default)))
    if out:
        output_options = Annotated[OutputOptions, tyro.conf.arg(name="")]
        columns.append(("output_options", output_options, field(default_factory=OutputOptions)))
    columns.append(("run_options", Annotated[RunOptions, tyro.conf.arg(name="")], field(default_factory=RunOptions)))
    flags = make_dataclass("Flags", columns, kw_only=True)
    flags.__doc__ = inspect.getdoc(function)
    return flags
