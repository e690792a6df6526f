"""The code of a result gives this very result: the command, Python, and the call of the API."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from core.cli.parser import main
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import finish
from core.verbs import import_module_of
from core.web import as_code, components
from core.web.batches import Demo


@pytest.fixture
def demo(denoiser: Plugin) -> Iterator[Demo]:
    """The denoiser's demo."""
    handler = import_module_of(denoiser.record, "interface").denoise
    with gr.Blocks():
        inputs = [components.picture_input("Photo"), *(gr.Number() for _ in range(6))]
        yield Demo(denoiser, handler, inputs, [gr.DownloadButton("Download")])


@pytest.fixture
def photo(tmp_path: Path, picture: Image) -> str:
    path = tmp_path / "my photo.png"
    images.save(picture[:40, :60], path)
    return str(path)


def blocks_of(text: str) -> list[str]:
    return re.findall(r"```\w+\n(.*?)\n```", text, re.DOTALL)


@pytest.mark.parametrize("added", [0, 30])
def test_the_code_gives_the_result_of_the_page(
    demo: Demo, photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: float
) -> None:
    values = [photo, added, "White noise, level by hand", 20, 1, 0.25, 3]
    (_, shown), *_ = finish(demo.handler(demo.plugin, *values))
    text, made = as_code.describe(demo, values, False, "http://here/")
    assert {path.name for path in made} == ({"image.png", "image.npy"} if added else set())  # the photo with noise
    assert (as_code.CLIPPED in text) is bool(added)
    for path in made:
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    command, python, _ = blocks_of(text)
    assert main(["run", *split(command), "--precision", "float32"]) == 0
    difference = np.abs(images.load("out.png") - images.load(shown))
    assert difference.max() <= (0.2 if added else 1.01 / 255)
    assert difference.mean() <= 1 / 255
    Path("out.png").unlink()
    exec(python.replace("LocalEngine()", 'LocalEngine(precision="float32")'), {})
    np.testing.assert_allclose(images.load("out.png"), images.load(shown), atol=1.01 / 255)


def split(command: str) -> list[str]:
    import shlex

    return shlex.split(command)[4:]


def test_only_flags_that_are_not_the_default_are_written(demo: Demo, photo: str) -> None:
    text, _ = as_code.describe(demo, [photo, 0, "Camera noise", 25, 1, 0, 0], False, "http://here/")
    command, _, api = blocks_of(text)
    assert command == "python -m core run denoiser denoise 'my photo.png' out.png --checkpoint camera"
    assert "photo=handle_file('my photo.png')" in api
    assert 'api_name="/denoiser_denoise"' in api


def test_a_text_is_not_taken_for_a_file(denoiser: Plugin, tmp_path: Path) -> None:
    def handler(plugin: Plugin, text: str) -> tuple[str]:
        """Return the text.

        Args:
            text: any.
        """
        return (text,)

    with gr.Blocks():
        demo = Demo(denoiser, handler, [gr.Textbox()], [gr.Markdown()])
    text, _ = as_code.describe(demo, [str(tmp_path)], True, "http://here/")
    assert as_code.NO_VERB in text
    assert f"text={str(tmp_path)!r}" in text


@pytest.mark.browser
def test_a_tab_shows_its_code(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/gan_generator?tab=generate")
    page.locator(".as-code .label-wrap").first.click()
    shown = page.locator(".as-code .prose code")
    shown.first.wait_for()
    assert shown.first.inner_text().startswith("python -m core run gan_generator generate out.png --count 36 --seed ")
    page.close()
