"""The commands that need a plugin's code: run, train, evaluate. Flags come from the signatures of what they call."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, is_dataclass, make_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np
import tyro
from tqdm import tqdm

from core import engine, verbs
from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image
from core.manifest import Precision
from core.networks import device
from core.plugin import Plugin
from core.progress import Progress, Steps, finish
from core.registry import Record
from core.training import runs
from core.training.runs import Run
from core.weights import WeightsOptions, parse_override

LONGEST_PRINTED = 64  # numbers
FILES: dict[Any, Any] = {tuple[Image, ...]: tuple[Path, ...], Image | None: Path | None}  # what flags of images hold


@dataclass(frozen=True)
class RunOptions:
    """Which weights, and how they are run."""

    checkpoint: str | None = None
    """Which of the plugin's checkpoints; left out, its default one."""
    weights: str | None = None
    """Folder of a checkpoint to use in its place, or owner/name@revision on the Hub."""
    local: bool = False
    """Use the newest finished run below runs/."""
    precision: Precision | None = None
    """What networks compute in, instead of the plugin's own choice."""

    def plugin(self, record: Record) -> Plugin:
        """Return the plugin, run here with these weights."""
        checkpoint = verbs.find_checkpoint(record, self.checkpoint) if self.checkpoint or self.weights else None
        overrides = {f"{record.name}/{checkpoint}": parse_override(self.weights)} if self.weights else {}
        return Plugin(record, engine.LocalEngine(WeightsOptions(overrides, self.local), self.precision), checkpoint)


def list_verbs(record: Record) -> int:
    """Print what each verb of a plugin does."""
    known = verbs.list_verbs(record)
    width = max(map(len, known), default=0)
    for name, function in known.items():
        summary, *_ = (inspect.getdoc(function) or "").split("\n")
        print(f"{name:{width}}  {summary}")
    print(f"Their files and flags: python -m core run {record.name} VERB --help")
    return 0


def find_verb(record: Record, words: list[str]) -> tuple[str, list[str]]:
    """Return the first of `words` that is a verb of the plugin, and the others. Raises UserError where none is."""
    known = verbs.list_verbs(record)
    for i, word in enumerate(words):
        if word in known:
            return word, [*words[:i], *words[i + 1 :]]
    raise UserError(f"run {record.name} wants a verb after the plugin's name: {', '.join(known)}.")


def run(record: Record, verb: str, arguments: list[str]) -> int:
    """Run `verb` on the files and flags in `arguments`, write the picture that comes out, and print the rest."""
    function = verbs.find_verb(record, verb)
    inputs, settings = _image_and_flag_parameters(function)
    draws = _returns_image(function)
    flags = _parse(_flags(function, inputs, settings, draws), arguments, f"python -m core run {record.name} {verb}")
    out = flags.out if draws else None
    if out:
        images.check_output(out)
    values = [images.load(getattr(flags, name)) for name in inputs]
    depth = _choose_depth([getattr(flags, name) for name in inputs], out)
    chosen = {name: _convert(getattr(flags, name), kind) for name, kind in settings.items()}
    steps = flags.where.plugin(record).stream(verb, *values, **chosen)
    _write(_with_progress_bar(steps, verb), out, depth)
    return 0


def train(record: Record, resume: bool, arguments: list[str], also: str = "") -> int:
    """Train with the plugin's `Config`, filled from `arguments`; its scores go to standard output as JSON.

    `also` is what --help tells of other flags.
    """
    recipe = verbs.import_module_of(record, "train")
    if resume:
        if arguments:
            raise UserError(f"--resume takes the run's own settings, so {arguments[0]!r} cannot be given with it.")
        interrupted = runs.find_run(record.name, finished=False)
        if interrupted is None:
            raise UserError(f"no interrupted run of {record.name} lies below {runs.RUNS}: leave --resume out.")
        started, config = interrupted, interrupted.read_config(recipe.Config)
    else:
        config = parse_config(record, arguments, also)
        started = Run.start(record.name, config)
    print(f"Training in {started.folder} (to continue after an interruption: --resume)", file=sys.stderr)
    with started.locked():
        try:
            scores = recipe.train(config, started)
        except BaseException:
            started.discard_if_empty()
            raise
    print(json.dumps(scores, indent=2))
    bundled = record.folder / "weights" / config.checkpoint
    advice = f"Try it: python app.py --local\nBundle it: cp {started.checkpoint}/* {bundled}/"
    print(f"It lies in {started.checkpoint}.\n{advice}", file=sys.stderr)
    return 0


def evaluate(record: Record, as_json: bool, arguments: list[str]) -> int:
    """Print the scores that the plugin's `evaluate` computes from `arguments`: a table, or one JSON object."""
    function = verbs.import_module_of(record, "train").evaluate
    settings = {name: kind for name, kind in _hints(function).items() if name not in ("plugin", "return")}
    flags = _parse(_flags(function, [], settings, out=False), arguments, f"python -m core evaluate {record.name}")
    plugin = flags.where.plugin(record)
    result = function(plugin, **{name: getattr(flags, name) for name in settings})
    report = {
        "plugin": record.name,
        "checkpoint": result.checkpoint or plugin.checkpoint or record.ready_manifest.default_checkpoint,
        "device": device.describe(),
        "images": len(result.per_image) if result.count is None else result.count,
        "scores": result.scores,
        "per_image": result.per_image,
    }
    if as_json:
        print(json.dumps(report))
    else:
        print(f"{record.name}, {report['checkpoint']}, {report['images']} pictures, {report['device']}")
        print("\n".join(f"{name:28} {value:10.4f}" for name, value in result.scores.items()))
    return 0


def _image_and_flag_parameters(function: Callable[..., Any]) -> tuple[list[str], dict[str, Any]]:
    """Return the names of a verb's parameters that are images, which are files here, and the types of its flags."""
    hints = _hints(function)
    names = list(inspect.signature(function).parameters)[1:]
    return [name for name in names if hints[name] == Image], {
        name: hints[name] for name in names if hints[name] != Image
    }


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function, include_extras=True)


def _returns_image(function: Callable[..., Any]) -> bool:
    """Return whether an image is in what a verb returns: it does, as it is, after progress, or in a named tuple."""
    result = _hints(function)["return"]
    if get_origin(result) is Generator:
        result = get_args(result)[-1]
    return Image in (_hints(result).values() if hasattr(result, "_fields") else [result])


def _convert(value: Any, kind: Any) -> Any:
    """Return what a flag holds as the verb wants it: numbers as an array, files as the images in them."""
    if kind == Floats:
        return np.array(value, np.float32)
    if kind == tuple[Image, ...]:
        return tuple(map(images.load, value))
    return images.load(value) if kind == Image | None and value is not None else value


def _flags(function: Callable[..., Any], inputs: list[str], settings: dict[str, Any], out: bool = True) -> type:
    """Return a dataclass with a field for each file and each flag of `function`, documented by its docstring."""
    parameters = inspect.signature(function).parameters
    positional = [*inputs, "out"] if out else inputs
    columns: list[Any] = [
        (name, Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar=name.upper())]) for name in positional
    ]
    for name, kind in settings.items():
        default = parameters[name].default
        if kind == Floats:
            kind, default = tuple[float, ...], tuple(default.tolist()) if isinstance(default, np.ndarray) else default
        kind = FILES.get(kind, kind)
        if is_dataclass(kind):  # its fields become flags, without the parameter's name as a prefix
            kind = Annotated[kind, tyro.conf.arg(name="")]
        columns.append((name, kind, field() if default is inspect.Parameter.empty else field(default=default)))
    columns.append(("where", Annotated[RunOptions, tyro.conf.arg(name="")], field(default_factory=RunOptions)))
    made = make_dataclass("Flags", columns, kw_only=True)
    made.__doc__ = inspect.getdoc(function)
    return made


def parse_config(record: Record, arguments: list[str], also: str = "") -> Any:
    """Return the plugin's `Config` filled from `arguments`; --help shows its fields, and what there is `also`."""
    recipe = verbs.import_module_of(record, "train")
    command = f"python -m core train {record.name}"
    return tyro.cli(recipe.Config, args=arguments, prog=command, description=f"{inspect.getdoc(recipe.Config)}{also}")


def _parse(kind: type, arguments: list[str], command: str) -> Any:
    return tyro.cli(kind, args=arguments, prog=command)


def _with_progress_bar(steps: Steps[Any], label: str) -> Any:
    """Return the result of `steps`, a progress bar on standard error meanwhile if somebody watches."""
    with tqdm(desc=label, disable=None, leave=False) as bar:

        def draw(progress: Progress) -> None:
            bar.total, bar.n = progress.total, progress.done
            bar.refresh()

        return finish(steps, draw)


def _choose_depth(inputs: list[Path], out: Path | None) -> int:
    """Return how many bits a channel what comes out gets: as many as what went in, if the format can."""
    depth = max(map(images.bit_depth, inputs), default=8)
    if depth == 16 and out and out.suffix.lower() != ".png":
        print(f"{out.name} will hold 8 of the 16 bits a channel: name a .png to keep them all.", file=sys.stderr)
    return depth


def _write(result: Any, path: Path | None, depth: int) -> None:
    """Write the `image` in a verb's result to `path`, other pictures beside it, and print what else it holds.

    Many small pictures, (n, h, w, c), are written as one sheet.
    """
    parts = result._asdict() if hasattr(result, "_asdict") else {"image": result}
    for name, value in parts.items():
        if isinstance(value, np.ndarray) and value.ndim > 2 and path:
            picture = images.contact_sheet(value) if value.ndim == 4 else value
            images.save(picture, path if name == "image" else path.with_stem(f"{path.stem}_{name}"), depth)
        elif isinstance(value, np.ndarray):
            more = f" … ({value.size} in all)" if value.size > LONGEST_PRINTED else ""
            print(f"{name}: {' '.join(f'{number:.4g}' for number in value.ravel()[:LONGEST_PRINTED])}{more}")
        else:
            print(f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}")
