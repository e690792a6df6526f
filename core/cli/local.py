"""The commands that run a plugin's code here: run, train, evaluate. Flags come from the signatures of its functions."""

from __future__ import annotations

import inspect
import json
import shlex
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
from core.weights import WeightsOptions, find_misfit, parse_override

LONGEST_PRINTED = 64  # elements of an array
FILE_HELP = {"out": "the image file to write"}  # the other files are parameters, documented by the docstring
FLAG_TYPES: dict[Any, Any] = {  # what a flag holds for a parameter of that type: images are given as files
    tuple[Image, ...]: tuple[Path, ...],
    Image | None: Path | None,
}


@dataclass(frozen=True)
class OutputOptions:
    """How the image that comes out is written."""

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

    def plugin(self, record: Record) -> Plugin:
        """Return the plugin with an engine that uses these weights."""
        checkpoint = verbs.find_checkpoint(record, self.checkpoint) if self.checkpoint or self.weights else None
        overrides = {f"{record.name}/{checkpoint}": parse_override(self.weights)} if self.weights else {}
        return Plugin(record, engine.LocalEngine(WeightsOptions(overrides, self.local), self.precision), checkpoint)


def list_verbs(record: Record) -> int:
    """Print the name and the summary of each verb of a plugin."""
    known = verbs.list_verbs(record)
    width = max(map(len, known), default=0)
    for name, function in known.items():
        summary, *_ = (inspect.getdoc(function) or "").split("\n")
        print(f"{name:{width}}  {summary}")
    print(f"Their files and flags: python -m core run {record.name} VERB --help")
    return 0


def find_verb(record: Record, words: list[str]) -> tuple[str, list[str]]:
    """Return the first of `words` that is a verb of the plugin, and the other words.

    Raises:
        UserError: if none is a verb.
    """
    known = verbs.list_verbs(record)
    for i, word in enumerate(words):
        if word in known:
            return word, [*words[:i], *words[i + 1 :]]
    raise UserError(f"run {record.name} needs a verb after the plugin's name: {', '.join(known)}.")


def run(record: Record, verb: str, arguments: list[str]) -> int:
    """Run `verb` on the files and flags in `arguments`, write the image in its result, and print the rest."""
    function = verbs.find_verb(record, verb)
    inputs, settings = _image_and_flag_parameters(function)
    has_output = _returns_image(function)
    command = f"python -m core run {record.name} {verb}"
    flags = _parse(_flags(function, inputs, settings, has_output), arguments, command)
    out = flags.out if has_output else None
    if out:
        images.check_output(out)
    values = [images.load(getattr(flags, name)) for name in inputs]
    paths = [getattr(flags, name) for name in inputs]
    depth = _choose_depth(paths, out)
    exif = images.read_exif(paths[0]) if paths and has_output and not flags.output_options.strip_metadata else None
    converted = {name: _convert(getattr(flags, name), kind) for name, kind in settings.items()}
    plugin = flags.run_options.plugin(record)
    chosen = plugin.checkpoint or verbs.choose_checkpoint(record, verb, tuple(values), converted)
    steps = plugin.stream(verb, *values, checkpoint=chosen, **converted)
    _write(_with_progress_bar(steps, verb), out, depth, exif)
    if chosen != plugin.checkpoint:
        print(f"Network chosen for this input: {chosen} (--checkpoint names another)", file=sys.stderr)
    return 0


def train(record: Record, resume: bool, arguments: list[str], help_text: str = "") -> int:
    """Train a plugin's network, and print its scores as JSON on standard output.

    Args:
        record: the plugin.
        resume: continue the newest interrupted run instead of starting one.
        arguments: the flags of the plugin's `Config`.
        help_text: added to --help: the flags that are not of the `Config`.
    """
    module = verbs.import_module_of(record, "train")
    if resume:
        started, config = _find_interrupted(record, module.Config, arguments)
    else:
        config = parse_config(record, arguments, help_text)
        started = Run.start(record.name, config)
    print(f"Training in {started.folder} (to continue after an interruption: --resume)", file=sys.stderr)
    with started.locked():
        try:
            scores = module.train(config, started)
        except BaseException:
            started.discard_if_empty()
            raise
    print(json.dumps(scores, indent=2))
    print(f"The checkpoint is in {started.checkpoint}.\n{_advise(record, config, started.checkpoint)}", file=sys.stderr)
    return 0


def _advise(record: Record, config: Any, checkpoint: Path) -> str:
    """Return what to do with a trained checkpoint: commands that work as they are printed.

    A network for the user's own images has no place on the page, which shows the data set of the bundled one.
    """
    folder, trial = shlex.quote(str(checkpoint)), getattr(config, "trial", "")
    if trial and (getattr(config, "images", None) or find_misfit(record, config.checkpoint, checkpoint)):
        return f"Try it: python -m core run {record.name} {trial} --weights {folder}"
    bundled = shlex.quote(str(record.folder / "weights" / config.checkpoint))
    return f"Try it: python app.py --local\nBundle it: cp {folder}/* {bundled}/"


def _find_interrupted(record: Record, config: type, arguments: list[str]) -> tuple[Run, Any]:
    """Return the newest interrupted run of a plugin and its `config`."""
    if arguments:
        raise UserError(f"--resume uses the run's own settings, so {arguments[0]!r} cannot be given with it.")
    interrupted = runs.find_run(record.name, finished=False)
    if interrupted is None:
        raise UserError(f"there is no interrupted run of {record.name} below {runs.RUNS}: leave --resume out.")
    return interrupted, interrupted.read_config(config)


def evaluate(record: Record, as_json: bool, arguments: list[str]) -> int:
    """Print the scores that the plugin's `evaluate` computes with the flags in `arguments`: a table, or JSON."""
    function = verbs.import_module_of(record, "train").evaluate
    settings = {name: kind for name, kind in _hints(function).items() if name not in ("plugin", "return")}
    flags = _parse(_flags(function, [], settings, out=False), arguments, f"python -m core evaluate {record.name}")
    plugin = flags.run_options.plugin(record)
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
        print(f"{record.name}, {report['checkpoint']}, {report['images']} images, {report['device']}")
        print("\n".join(f"{name:28} {value:10.4f}" for name, value in result.scores.items()))
    return 0


def parse_config(record: Record, arguments: list[str], help_text: str = "") -> Any:
    """Return the plugin's `Config` filled from the flags in `arguments`; `help_text` is added to its --help."""
    config = verbs.import_module_of(record, "train").Config
    command = f"python -m core train {record.name}"
    return tyro.cli(config, args=arguments, prog=command, description=f"{inspect.getdoc(config)}{help_text}")


def _parse(kind: type, arguments: list[str], command: str) -> Any:
    return tyro.cli(kind, args=arguments, prog=command)


def _image_and_flag_parameters(function: Callable[..., Any]) -> tuple[list[str], dict[str, Any]]:
    """Return the names of a verb's image parameters, which are files here, and the types of its other parameters."""
    hints = _hints(function)
    names = list(inspect.signature(function).parameters)[1:]
    return [name for name in names if hints[name] == Image], {
        name: hints[name] for name in names if hints[name] != Image
    }


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function, include_extras=True)


def _returns_image(function: Callable[..., Any]) -> bool:
    """Return whether a verb returns an image: directly, after progress, or in a named tuple."""
    result = _hints(function)["return"]
    if get_origin(result) is Generator:
        result = get_args(result)[-1]
    return Image in (_hints(result).values() if hasattr(result, "_fields") else [result])


def _convert(value: Any, kind: Any) -> Any:
    """Return the value of a flag as the verb expects it: floats as an array, files as the images in them."""
    if kind == Floats:
        return np.array(value, np.float32)
    if kind == tuple[Image, ...]:
        return tuple(map(images.load, value))
    return images.load(value) if kind == Image | None and value is not None else value


def _flags(function: Callable[..., Any], inputs: list[str], settings: dict[str, Any], out: bool = True) -> type:
    """Return a dataclass with a field for each file and flag of `function`, and with its docstring.

    Args:
        function: a verb, or a plugin's `evaluate`.
        inputs: the names of its image parameters.
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
        if kind == Floats:
            kind, default = tuple[float, ...], tuple(default.tolist()) if isinstance(default, np.ndarray) else default
        kind = FLAG_TYPES.get(kind, kind)
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


def _with_progress_bar(steps: Steps[Any], label: str) -> Any:
    """Return the result of `steps`, with a progress bar on standard error if that is a terminal."""
    with tqdm(desc=label, disable=None, leave=False) as bar:

        def update(progress: Progress) -> None:
            bar.total, bar.n = progress.total, progress.done
            bar.refresh()

        return finish(steps, update)


def _choose_depth(inputs: list[Path], out: Path | None) -> int:
    """Return the bits per channel of the output: as many as the inputs have, if the format can hold them."""
    depth = max(map(images.bit_depth, inputs), default=8)
    if depth == 16 and out and out.suffix.lower() != ".png":
        print(f"{out.name} will hold 8 of the 16 bits per channel: name a .png to keep them all.", file=sys.stderr)
    return depth


def _write(result: Any, path: Path | None, depth: int, exif: bytes | None) -> None:
    """Write the `image` in a verb's result to `path`, other images beside it, and print the other values.

    Several images, (n, h, w, c), are written as one contact sheet.
    """
    parts = result._asdict() if hasattr(result, "_asdict") else {"image": result}
    for name, value in parts.items():
        if isinstance(value, np.ndarray) and value.ndim > 2 and path:
            image = images.contact_sheet(value) if value.ndim == 4 else value
            images.save(image, path if name == "image" else path.with_stem(f"{path.stem}_{name}"), depth, exif)
        elif isinstance(value, np.ndarray):
            rest = f" … ({value.size} in all)" if value.size > LONGEST_PRINTED else ""
            print(f"{name}: {' '.join(f'{each:.4g}' for each in value.ravel()[:LONGEST_PRINTED])}{rest}")
        else:
            print(f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}")
