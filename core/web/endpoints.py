"""Endpoints of the HTTP API and of MCP: a page's handler, with the parameters that its docstring names.

A page's own event takes what the page holds, such as its state, and returns updates of components. An endpoint takes
the values that a handler's docstring describes, and returns pictures, texts and numbers, each with a name.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.components.api_component import Api
from gradio.utils import get_function_description

from core.plugin import Plugin
from core.progress import translate
from core.turns import on_behalf_of
from core.web import admission, schemas
from core.web.admission import is_picture
from core.web.browser_config import ENDPOINT
from core.web.comparison import Comparison
from core.web.components import NoStubFile, PictureInput
from core.web.handlers import visitor
from core.web.sheets import title_of

FINDINGS, VALUES, UNNAMED = "findings", "values", "result"  # names of results
# An endpoint takes and returns what these components of the page do.
COPIED = gr.Audio, gr.Video, gr.File, gr.Model3D, gr.Dataframe, gr.JSON, gr.Label


class Value(Api, metaclass=NoStubFile):  # type: ignore[misc]
    """A parameter or a result of an endpoint that is no picture: its default, its JSON schema and its name."""

    optional = False  # whether a parameter may be None

    def __init__(
        self, value: Any = None, _api_info: dict[str, Any] | None = None, label: str = "", render: bool = True
    ) -> None:
        """Create it; Gradio does so again, without a value, when an intermediate result leaves it unchanged."""
        self._api_info = _api_info or {}
        Component.__init__(self, value=value, label=label, render=render)

    def preprocess(self, payload: Any) -> Any:
        """Return the value, of the type that the schema says. Raises UserError for another."""
        if payload is None and self.optional:
            return None
        return schemas.check(self.label, payload, self.api_info())

    def get_block_name(self) -> str:
        """Return the name of the browser's part, which is never shown."""
        return "api"


@dataclass(frozen=True)
class Result:
    """A value that an endpoint returns.

    Attributes:
        component: describes it.
        take: returns it, given the values of the handler's outputs.
    """

    component: Component
    take: Callable[[Sequence[Any]], Any]


def offer(
    plugin: Plugin,
    handler: Callable[..., Any],
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    queue: tuple[str, int],
) -> None:
    """Add an endpoint for `handler` to the page that is being built.

    Args:
        plugin: the first argument of `handler`.
        handler: see `core.web.page`.
        inputs: the page's components for the other parameters, from which their types and choices are taken.
        outputs: the page's components for what it returns, from which the names of the results are taken.
        queue: the concurrency id and limit of the page's event.
    """
    described = get_function_description(handler)[1]
    parameters = [
        (parameter, component)
        for parameter, component in zip(parameters_of(handler), inputs, strict=False)  # *values are several inputs
        if described.get(parameter.name)
    ]
    with gr.Column(visible=False, elem_classes=ENDPOINT):
        takes = [_input(parameter, component, described[parameter.name]) for parameter, component in parameters]
        results = _results(outputs)
    gr.on(
        [],
        _endpoint(plugin, handler, [parameter for parameter, _ in parameters], results),
        takes,
        [result.component for result in results],
        api_name=f"{plugin.name}_{handler.__name__}",
        concurrency_id=queue[0],
        concurrency_limit=queue[1],
    )


def _endpoint(
    plugin: Plugin, handler: Callable[..., Any], taken: Sequence[inspect.Parameter], results: Sequence[Result]
) -> Callable[..., Iterator[Any]]:
    """Return the function that Gradio calls: with the values of `taken`, for those of `results`."""
    name = f"{plugin.name}_{handler.__name__}"
    nothing_yet = [gr.skip()] * len(results) if len(results) > 1 else gr.skip()

    def run(*values: Any) -> Iterator[Any]:
        given = dict(zip((parameter.name for parameter in taken), values, strict=True))
        steps = on_behalf_of(visitor(), admission.run(handler, (plugin, *_arguments(handler, given))))
        outcome = yield from translate(steps, lambda _: nothing_yet)  # a call can be canceled there
        returned = [result.take(outcome) for result in results]
        yield returned if len(results) > 1 else returned[0]

    run.__name__, run.__doc__ = name, handler.__doc__
    run.__signature__ = _signature(taken)  # type: ignore[attr-defined]
    return run


def _signature(taken: Sequence[inspect.Parameter]) -> inspect.Signature:
    """Return the signature from which Gradio takes the names of parameters, and which of them may be left out.

    Other defaults it takes from the components; so one that must be given may follow one that need not.
    """
    parameters = [
        inspect.Parameter(each.name, each.POSITIONAL_OR_KEYWORD, default=None if each.default is None else each.empty)
        for each in taken
    ]
    return inspect.Signature(parameters, __validate_parameters__=False)  # type: ignore[call-arg]


def _arguments(handler: Callable[..., Any], given: dict[str, Any]) -> list[Any]:
    """Return the arguments of `handler` after the plugin: those given, and the defaults of the others."""
    arguments: list[Any] = []
    for parameter in parameters_of(handler):
        if parameter.kind is parameter.VAR_POSITIONAL:
            return [*arguments, *given.get(parameter.name, ())]
        arguments.append(given.get(parameter.name, parameter.default))
    return arguments


def parameters_of(handler: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters of `handler` after the plugin."""
    return list(inspect.signature(handler).parameters.values())[1:]


def _input(parameter: inspect.Parameter, component: Component, description: str) -> Component:
    """Return the component of an endpoint's parameter."""
    if isinstance(component, PictureInput) or is_picture(parameter):
        picture = PictureInput(label=parameter.name, type="filepath")
        picture.description = description
        return picture
    if isinstance(component, COPIED):
        return _copy(component, parameter.name)
    schema = schemas.of_control(component, _name_type(parameter.annotation))
    if parameter.kind is parameter.VAR_POSITIONAL:
        schema = {"type": "array", "items": schema}
    default = None if parameter.default is parameter.empty else parameter.default
    value = Value(default, schema | {"additional_description": description}, parameter.name)
    value.optional = parameter.default is None
    return value


def _name_type(annotation: Any) -> str:
    """Return the type of a parameter as its source names it: a module may import annotations from __future__ or not."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _results(outputs: Sequence[Component]) -> list[Result]:
    """Return the results that an endpoint takes from the outputs of a handler; several sliders are one list."""
    results: list[Result] = []
    sliders = [i for i, output in enumerate(outputs) if isinstance(output, gr.Slider)]
    for i, output in enumerate(outputs):
        if isinstance(output, Comparison):
            words = output.props["before"], output.props["after"]
            results += [Result(_picture(name), partial(take, i, side=side)) for side, name in enumerate(words)]
        elif i in sliders[1:]:
            continue
        elif i in sliders and len(sliders) > 1:
            values = Value(None, {"type": "array", "items": schemas.NUMBER}, VALUES)
            results.append(Result(values, partial(_take_all, sliders)))
        elif (component := _result(output)) is not None:
            results.append(Result(component, partial(take, i)))
    names = [_plain(result.component.label or UNNAMED) for result in results]
    for result, name in zip(results, names, strict=True):
        if names.count(name) == 1:
            result.component.label = name
    return results


def _result(output: Component) -> Component | None:
    """Return the component of the result that one output is; None where it is for the page only."""
    if isinstance(output, gr.Image):
        return _picture(output.label)
    if isinstance(output, gr.Slider | gr.Number):
        return Value(None, schemas.NUMBER, output.label)
    if isinstance(output, COPIED):
        return _copy(output, output.label)
    if isinstance(output, gr.Textbox | gr.Code):
        return Value(None, {"type": "string"}, output.label)
    return Value(None, {"type": "string"}, FINDINGS) if isinstance(output, gr.Markdown) else None


def take(position: int, outputs: Sequence[Any], side: int | None = None) -> Any:
    """Return the value of one output, which may be an update of a component; `side` is one picture of a comparison."""
    value = outputs[position]
    if isinstance(value, Component):
        value = value.constructor_args.get("value")
    elif isinstance(value, dict) and "__type__" in value:
        value = value.get("value")
    if isinstance(value, dict) and "path" in value:
        return value["path"]
    return value if side is None or value is None else value[side]


def _take_all(positions: Sequence[int], outputs: Sequence[Any]) -> list[Any]:
    """Return the values of those sliders that are shown."""
    return [take(i, outputs) for i in positions if outputs[i].constructor_args.get("visible", True)]


def _picture(name: str) -> gr.Image:
    return gr.Image(label=title_of(name).replace("**", ""), type="filepath", format="png", interactive=False)


def _copy(component: Component, name: str) -> Component:
    """Return a component like one of the page, without its value, under a name."""
    arguments = {key: value for key, value in component.constructor_args.items() if key not in ("value", "label")}
    return type(component)(label=name, **arguments)


def _plain(caption: str) -> str:
    """Return a caption without what it explains after a colon, in lower case."""
    return re.sub(r": [a-z].*", "", caption)
