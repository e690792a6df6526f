"""The same thing as code: the command line, Python and the API call that give the result that a page shows."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.utils import get_function_description
from numpy.typing import NDArray

from core import kinds, verbs
from core.engine import Call
from core.errors import UserError
from core.imaging import images
from core.kinds import Kind, Sources
from core.web import noted_calls, sending
from core.web.batches import Demo
from core.web.endpoints import parameters_of
from core.web.output_files import new_file

ONE_IMAGE = 3  # dimensions
MOST_CALLS = 4  # of verbs, which are shown
LONGEST_WRITTEN = 64  # elements of an array that is written into the code
OUT = "out"
TITLE = "The same as code"
EXPLANATION = "What you see, made without this page, with the settings of the moment at which you open this."
RENEW, FILES_LABEL = "Show it for these settings", "Files that the page made of yours, for the code"
COMMAND = "On the command line, in a copy of the project:"
PYTHON = "In Python, there too:"
API = "From anywhere, with `pip install gradio_client`:"
NO_VERB = "No network is called for these settings: what is shown was computed before."
CLIPPED = "An image file holds values from 0 to 1 only: the noise beyond that is cut off here, and not in Python."
NO_COMMAND = "One of the arguments is an array, which the command line cannot take: Python can."
API_CALL = """from gradio_client import Client, handle_file

client = Client("{address}")
result = client.predict(
    {arguments},
)"""
IMPORTS = {
    "from core import registry",
    "from core.engine import LocalEngine",
    "from core.plugin import Plugin",
}


@dataclass
class Code:
    """The code of one call of a verb, while it is written.

    Attributes:
        call: the call.
        given: the files that the page was given, which the code names.
        made: the files that it needs beside them, written here.
        exact: the name of the file that Python reads instead of one of these, for values below 0 or above 1.
    """

    call: Call
    given: Sequence[Path]
    made: list[Path] = field(default_factory=list)
    exact: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the function, and the kinds of its parameters and results."""
        self.function = verbs.find_verb(self.call.record, self.call.verb)
        self.arguments = noted_calls.arguments_of(self.call)
        self.hints = kinds.type_hints(self.function)
        self.results = kinds.result_kinds(self.function)
        self.files = {name: self._name_files(name, value) for name, value in self.arguments.items()}

    def _name_files(self, name: str, value: Any) -> list[str]:
        """Return the names of the files that hold an argument: none where it is no file."""
        kind = kinds.find(self.hints.get(name))
        if kind is None or value is None:
            return []
        return [self._file_of(each, kind, name) for each in (value if isinstance(value, tuple) else (value,))]

    def _file_of(self, value: Any, kind: Kind, name: str) -> str:
        """Return the name of a file with this value: one that the page was given, or else a new one."""
        for path in self.given:
            if path.suffix.lower() in kind.suffixes and _holds(path, kind, value):
                return path.name
        count = sum(path.stem.startswith(name) for path in self.made)
        target = new_file(f"{name}{count or ''}{kind.suffixes[0]}")
        if isinstance(value, np.ndarray) and (value.ndim != ONE_IMAGE or value.min() < 0 or value.max() > 1):
            self.exact[target.name] = self._save_array(value, target)
        if not isinstance(value, np.ndarray):
            kind.save(value, target, Sources())
            self.made.append(target)
        elif value.ndim == ONE_IMAGE:
            images.save(value, target, depth=16)
            self.made.append(target)
        return target.name

    def _save_array(self, value: NDArray[Any], target: Path) -> str:
        """Write what an image file cannot hold, such as the values of added noise, and return the file's name."""
        np.save(target.with_suffix(".npy"), value)
        self.made.append(target.with_suffix(".npy"))
        return self.made[-1].name

    @property
    def is_clipped(self) -> bool:
        """Whether the command reads another image than Python: without the values below 0 and above 1."""
        return any(path.name in self.exact for path in self.made)

    @property
    def out(self) -> str:
        """The name of the file with the result; "" where none is written."""
        return f"{OUT}{next(iter(self.results.values())).suffixes[0]}" if self.results else ""

    def command(self) -> str:
        """Return the command line, or "" where it cannot be given an argument."""
        if set(self.exact) - {path.name for path in self.made}:
            return ""
        inputs, settings = kinds.split_parameters(self.function)
        words = ["run", self.call.record.name, self.call.verb, *(file for name in inputs for file in self.files[name])]
        words += [self.out] if self.out else []
        for name in settings:
            flags = self._flags(name)
            if flags is None:
                return ""
            words += flags
        words += ["--checkpoint", self.call.checkpoint] if self.call.checkpoint else []
        return "python -m core " + shlex.join(words)

    def _flags(self, name: str) -> list[str] | None:
        """Return the flags of an argument, none for its default; None where there cannot be one."""
        parameter = inspect.signature(self.function).parameters[name]
        value = self.arguments.get(name, parameter.default)
        if is_dataclass(value) and not isinstance(value, type):
            default = type(value)()
            pairs = [(each.name, getattr(value, each.name), getattr(default, each.name)) for each in fields(value)]
        else:
            pairs = [(name, tuple(self.files.get(name, ())) or value, parameter.default)]
        words = [_flag(*pair) for pair in pairs]
        return None if None in words else [word for each in words if each for word in each]

    def python(self) -> str:
        """Return Python that gives the result."""
        imports, loads, arguments = set(IMPORTS), [], []
        for name, value in self.arguments.items():
            if self.files[name]:
                read = [self._load(name, file, imports) for file in self.files[name]]
                loads.append(f"{name} = " + (f"({', '.join(read)},)" if isinstance(value, tuple) else read[0]))
                arguments.append(f"{name}={name}")
            else:
                arguments.append(f"{name}={_literal(value, imports)}")
        arguments += [f"checkpoint={self.call.checkpoint!r}"] if self.call.checkpoint else []
        return "\n".join(
            [
                *sorted(imports | self._save_imports()),
                "",
                f'plugin = Plugin(registry.find("{self.call.record.name}"), LocalEngine())',
                *loads,
                f'result = plugin.run("{self.call.verb}", {", ".join(arguments)})',
                self._save(),
            ]
        )

    def _load(self, name: str, file: str, imports: set[str]) -> str:
        if file in self.exact:
            imports.add("import numpy as np")
            return f'np.load("{self.exact[file]}")'
        function, statement = _function(kinds.find(self.hints[name]), "load")
        imports.update([statement, "from pathlib import Path"])
        return f'{function}(Path("{file}"))'

    def _save_imports(self) -> set[str]:
        if not self.results:
            return set()
        _, statement = _function(next(iter(self.results.values())), "save")
        return {statement, "from pathlib import Path", "from core.kinds import Sources"}

    def _save(self) -> str:
        """Return the line that writes the first result that is a file, or prints the result."""
        if not self.results:
            return "print(result)"
        name, kind = next(iter(self.results.items()))
        function, _ = _function(kind, "save")
        value = "result" if name == "result" else f"result.{name}"
        sources = "".join(f'Path("{file}"), ' for files in self.files.values() for file in files)
        return f'{function}({value}, Path("{self.out}"), Sources(({sources.rstrip()})))'


def lay_out(demo: Demo, quick: bool) -> None:
    """Lay out and wire the folded part of a tab that shows the code of `demo`; `quick`: whether it answers at once."""
    with gr.Accordion(TITLE, open=False, elem_classes="as-code") as part:
        gr.Markdown(EXPLANATION, elem_classes="caption")
        renew = gr.Button(RENEW, size="sm", scale=0)
        shown = gr.Markdown()
        needed = gr.File(label=FILES_LABEL, file_count="multiple", visible=False, interactive=False)

    def show(request: gr.Request, *values: Any) -> tuple[str, Any]:
        text, made = describe(demo, values, quick, str(request.base_url))
        return text, gr.File([*map(str, made)] or None, visible=bool(made))

    gr.on([part.expand, renew.click], show, [*demo.inputs], [shown, needed], api_visibility="private")


def describe(demo: Demo, values: Sequence[Any], quick: bool, address: str) -> tuple[str, list[Path]]:
    """Return the code as Markdown, and the files that it needs and the visitor does not have.

    Args:
        demo: what the page runs.
        values: those of its inputs.
        quick: whether it answers at once.
        address: of the app.
    """
    given = [Path(value) for each, value in zip(demo.inputs, values, strict=True) if sending.takes_file(each) and value]
    calls = noted_calls.note(demo.plugin, demo.handler, values, quick)[:MOST_CALLS]
    written = [Code(call, given) for call in calls]
    written = [each for each in written if not each.made] or written  # without those of what was made before
    commands = [command for each in written if (command := each.command())]
    parts = [_block(COMMAND, "bash", commands) if commands else NO_COMMAND if calls else NO_VERB]
    parts += [CLIPPED] if commands and any(each.is_clipped for each in written) else []
    parts += [_block(PYTHON, "python", [each.python() for each in written])] if calls else []
    parts.append(_block(API, "python", [_api_call(demo, values, address)]))
    return "\n\n".join(parts), [path for each in written for path in each.made]


def _api_call(demo: Demo, values: Sequence[Any], address: str) -> str:
    """Return Python that calls the endpoint of a demo with these values."""
    described = get_function_description(demo.handler)[1]
    arguments = []
    for parameter, component, value in zip(parameters_of(demo.handler), demo.inputs, values, strict=False):
        if described.get(parameter.name) and value is not None and parameter.kind is not parameter.VAR_POSITIONAL:
            arguments.append(f"{parameter.name}={_api_value(component, value)}")
    name = f"/{demo.plugin.name}_{demo.handler.__name__}"
    lines = ",\n    ".join([*arguments, f'api_name="{name}"'])
    return API_CALL.format(address=address, arguments=lines)


def _api_value(component: Any, value: Any) -> str:
    """Return the value of a parameter as the code of a client gives it."""
    if sending.takes_file(component):
        return f"handle_file({Path(value).name!r})"
    if isinstance(component, gr.Dataframe):
        return repr({"headers": list(value.columns), "data": value.to_numpy(dtype=object, na_value=None).tolist()})
    return repr(value)


def _block(words: str, language: str, codes: Sequence[str]) -> str:
    separator = "\n" if language == "bash" else "\n\n"
    return f"{words}\n\n```{language}\n{separator.join(codes)}\n```"


def _holds(path: Path, kind: Kind, value: Any) -> bool:
    """Return whether a file holds a value."""
    try:
        held = kind.load(path)
    except UserError:
        return False
    return kinds.is_equal(held, value)


def _flag(name: str, value: Any, default: Any) -> list[str] | None:
    """Return a flag with its value: none where it is the default; None where it cannot be written."""
    if value is default or (not isinstance(value, np.ndarray) and value == default):
        return []
    flag = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return [flag if value else f"--no-{flag[2:]}"]
    if isinstance(value, np.ndarray):
        return [flag, *map(str, value.tolist())] if value.ndim == 1 else None
    items = value if isinstance(value, tuple | list) else (value,)
    return [flag, *map(str, items)] if all(isinstance(each, str | int | float) for each in items) else None


def _function(kind: Kind | None, action: str) -> tuple[str, str]:
    """Return what loads or saves values of a kind, as code, and the import that it needs."""
    function = getattr(kind, action)
    if function.__module__ == images.__name__:
        return f"images.{'load' if action == 'load' else 'save_kind'}", "from core.imaging import images"
    package, _, module = function.__module__.rpartition(".")  # qualified: several kinds have a `load`
    return f"{module}.{function.__name__}", f"from {package} import {module}" if package else f"import {module}"


def _literal(value: Any, imports: set[str]) -> str:
    """Return a value as Python writes it, and add what that needs to `imports`."""
    if isinstance(value, np.ndarray):
        imports.add("import numpy as np")
        return f"np.array({np.asarray(value, np.float64).round(6).tolist()}, np.float32)"
    if is_dataclass(value):
        imports.add(f"from {type(value).__module__} import {type(value).__name__}")
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, tuple):
        return f"({''.join(f'{_literal(each, imports)}, ' for each in value).rstrip()})"
    return repr(value)
