"""Endpoints: their documentation, the values they take, and each of them called over HTTP and MCP as documented."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file

from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import pages, schemas
from core.web.handlers import MissingPictureError
from core.web.pages import Dropped, Page
from plugins.style_transfer import clips

ENDPOINTS = 17
MANY_NUMBERS = [0.5] * 32  # for a list of numbers: as many as any endpoint needs
SMALL = {"steps": 10, "size": 128, "rounds": 1, "count": "16"}  # parameters that say how much is computed
VARIED = ("subject", "class_name", "digit", "scale", "real", "crop", "loss", "distribution", "spherical", "colors")


def blend(
    plugin: Plugin, photo: Dropped, weight: float = 0.5, hidden: Any = None, mode: int = 2, *latent: float
) -> tuple[Any, ...]:
    """Blend a photo.

    Args:
        photo: the photo.
        weight: how much.
        mode: which.
        latent: the numbers.
    """
    photo = pages.require(photo, "photo")
    return (photo, photo), "Done.", gr.Slider(value=sum(latent)), gr.Slider(value=weight * mode), hidden


@pytest.fixture
def described(denoiser: Plugin) -> dict[str, Any]:
    """The documentation of an endpoint for `blend`."""
    page = Page(denoiser)
    with page.blocks:
        numbers = [gr.Slider(0, 9, 1) for _ in range(3)]
        inputs = [pages.picture_input("Photo"), gr.Slider(0, 1, 0.3), gr.State(), gr.Radio([1, 2], value=1), *numbers]
        outputs = [pages.comparison("Both", ("Old", "New")), gr.Markdown(), *numbers[:2], gr.State()]
        page.bind(blend, [], inputs, outputs, page.status(""))
    info: dict[str, Any] = page.blocks.get_api_info()["named_endpoints"]["/denoiser_blend"]
    return info | {"fn": next(fn for fn in page.blocks.fns.values() if fn.api_name == "denoiser_blend").fn}


def test_an_endpoint_takes_what_its_docstring_names_with_the_defaults_of_the_handler(described: dict[str, Any]) -> None:
    parameters = {each["parameter_name"]: each for each in described["parameters"]}
    assert list(parameters) == ["photo", "weight", "mode", "latent"]
    assert parameters["weight"]["parameter_default"] == 0.5
    assert parameters["mode"]["type"]["enum"] == [1, 2]
    assert parameters["latent"]["type"]["type"] == "array"
    assert [name for name, each in parameters.items() if not each["parameter_has_default"]] == ["photo", "latent"]
    assert parameters["photo"]["python_type"]["description"] == "the photo."


def test_an_endpoint_returns_pictures_texts_and_numbers_with_names(described: dict[str, Any]) -> None:
    assert [each["label"] for each in described["returns"]] == ["Old", "New", "findings", "values"]
    (returned,) = described["fn"]("a.png", 0.5, 2, [1, 2, 4])
    assert returned == ["a.png", "a.png", "Done.", [7, 1]]


def test_an_endpoint_without_its_picture_answers_with_a_sentence(described: dict[str, Any]) -> None:
    with pytest.raises(MissingPictureError, match="There is no photo yet"):
        list(described["fn"](None, 0.5, 2, []))


@pytest.fixture(scope="module")
def schema(app_address: str) -> dict[str, Any]:
    """The documentation of all endpoints, from the running app."""
    with urllib.request.urlopen(f"{app_address}/gradio_api/info") as answer:
        endpoints: dict[str, Any] = json.load(answer)["named_endpoints"]
    endpoints = {name: each for name, each in endpoints.items() if not name.startswith("/every_kind")}
    assert len(endpoints) >= ENDPOINTS
    return endpoints


@pytest.fixture(scope="module")
def small_picture(tmp_path_factory: pytest.TempPathFactory, picture: Image) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "small.png"
    images.save(picture[::2, ::2], path)
    return path


@pytest.fixture(scope="module")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "small.mp4"
    clips.save(clips.Clip(np.zeros((2, 64, 64, 3), np.uint8), 10), path)
    return path


def encode(path: Path, kind: str) -> str:
    """Return a file as a `data:` URL, as MCP clients send one."""
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def arguments(described: dict[str, Any], picture: Any, video: Any = None) -> dict[str, Any]:
    """Return a value for each parameter that needs one, and small ones for those that make a call long."""
    others = {"array": MANY_NUMBERS, "Video": video or picture}
    values: dict[str, Any] = {}
    for parameter in described["parameters"]:
        name, kind = parameter["parameter_name"], parameter["type"]
        if name in SMALL:
            values[name] = SMALL[name]
        elif not parameter["parameter_has_default"]:
            values[name] = kind.get("enum", [others.get(parameter["component"], others.get(kind["type"], picture))])[0]
    return values


def test_every_parameter_and_result_is_described(schema: dict[str, Any]) -> None:
    for name, described in schema.items():
        assert described["description"], name
        for parameter in described["parameters"]:
            assert parameter["python_type"]["description"], (name, parameter["parameter_name"])
            assert not parameter["parameter_name"].startswith("param_")
        labels = [result["label"] for result in described["returns"]]
        assert len(set(labels)) == len(labels) > 0, name
        assert not [label for label in labels if label.startswith("value_")], name


def test_every_default_agrees_with_its_documentation(schema: dict[str, Any]) -> None:
    for name, described in schema.items():
        for parameter in described["parameters"]:
            default, kind = parameter.get("parameter_default"), parameter["type"]
            if default is not None and "properties" not in kind:
                assert schemas.check(f"{name} {parameter['parameter_name']}", default, kind) == default


@pytest.mark.slow
def test_every_choice_is_taken_as_it_is_documented(
    schema: dict[str, Any], app_address: str, small_picture: Path
) -> None:
    client = Client(app_address, verbose=False)
    needed = {"drawing": {"drawing": handle_file(small_picture)}, "your clicks": {"clicked": "75 25"}}
    for name, described in schema.items():
        given = arguments(described, handle_file(small_picture))
        for parameter in described["parameters"]:
            if parameter["parameter_name"] not in VARIED:
                continue
            kind = parameter["type"]
            choices = kind.get("enum") or ([True, False] if kind["type"] == "boolean" else [])
            for choice in choices:
                chosen = {parameter["parameter_name"]: choice} | needed.get(choice, {})
                client.predict(**(given | chosen), api_name=name)


WRONG = {  # by the type of a parameter: values that are never right
    "integer": (2.5,),
    "number": ("x",),
    "string": (5,),
    "boolean": ("x",),
    "array": (["x"],),
    "picture": (5, {"path": "/etc/passwd"}, {"url": "http://169.254.169.254/x"}),
}


def wrong_values(parameter: dict[str, Any]) -> list[Any]:
    """Return values that a parameter does not take: of other types, outside of its range, none where one is needed."""
    schema = parameter["type"]
    values = [*WRONG[schema.get("type", "string") if "properties" not in schema else "picture"]]
    values += ["no such choice"] if "enum" in schema and schema["type"] == "string" else []
    values += [schema["maximum"] + 1] if schema.get("maximum") is not None else []
    has_other_default = parameter["parameter_has_default"] and parameter["parameter_default"] is not None
    return [*values, None] if has_other_default else values


def wrong_calls(schema: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Return an endpoint, a parameter of it, and a wrong value for that."""
    return [
        (name, parameter["parameter_name"], value)
        for name, described in schema.items()
        for parameter in described["parameters"]
        for value in wrong_values(parameter)
    ]


def answer(api: httpx.Client, name: str, described: dict[str, Any], given: dict[str, Any]) -> str:
    """Return the error that a call ends in, or "" if it does not."""
    defaults = {each["parameter_name"]: each.get("parameter_default") for each in described["parameters"]}
    joined = api.post(f"/call{name}", json={"data": [*(defaults | given).values()]})
    if joined.status_code != 200:
        return str(joined.json()["detail"])
    events = api.get(f"/call{name}/{joined.json()['event_id']}").text
    return events.partition("event: error")[2]


UNCLEAR = "our mistake", "null", "Traceback", "validation error"


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_every_wrong_value_is_refused_with_a_sentence(
    schema: dict[str, Any], app_address: str, small_picture: Path, every: int
) -> None:
    unclear = []
    with httpx.Client(base_url=f"{app_address}/gradio_api", timeout=120) as api:
        (path,) = api.post("/upload", files={"files": small_picture.read_bytes()}).json()
        for name, parameter, value in wrong_calls(schema)[::every]:
            given = arguments(schema[name], {"path": path, "meta": {"_type": "gradio.FileData"}})
            said = answer(api, name, schema[name], given | {parameter: value})
            if not said or any(words in said for words in UNCLEAR):
                unclear.append((name, parameter, value, said))
    assert not unclear


@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_every_endpoint_returns_its_pictures_as_images_over_mcp(
    schema: dict[str, Any], tools: Callable[..., Any], small_picture: Path, small_clip: Path, every: int
) -> None:
    picture, video = (encode(path, kind) for path, kind in ((small_picture, "image/png"), (small_clip, "video/mp4")))
    called = [*schema.items()][::every]
    calls = [(name.lstrip("/"), arguments(described, picture, video)) for name, described in called]
    for (name, described), answer in zip(called, tools(calls), strict=True):
        assert not answer.isError, (name, answer.content)
        pictures = [result for result in described["returns"] if result["component"] == "Image"]
        shown = [content for content in answer.content if content.type == "image"]
        assert len(shown) >= min(1, len(pictures)), name


def test_a_wrong_value_is_an_error_over_mcp(tools: Callable[..., Any]) -> None:
    (wrong,) = tools([("gan_generator_generate", {"class_name": "dogs"})])
    assert wrong.isError
    assert "The class is 'dogs'" in wrong.content[0].text
