"""The home page's cards, and the pages of plugins that cannot run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core import registry
from core.engine import LocalEngine
from core.web import home

Plant = Callable[..., Path]

BREAKAGES = {
    "exits": "import sys\nsys.exit(3)\n",
    "raises": "def build_interface(plugin):\n    raise RuntimeError('no light')\n",
    "half_built": "import gradio as gr\ndef build_interface(plugin):\n"
    "    with gr.Blocks():\n        with gr.Row():\n            raise KeyError('half')\n",
    "returns_nothing": "def build_interface(plugin):\n    return None\n",
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_plugin_costs_one_page(plant: Plant, breakage: str, caplog: pytest.LogCaptureFixture) -> None:
    plant(breakage, interface=BREAKAGES[breakage])
    app = home.build_app(registry.discover().values(), LocalEngine())
    config = json.dumps(app.get_config_file(), default=str)
    assert "This demo is not running." in config
    assert {path for path, _, _ in app.pages} >= {"", "denoiser", breakage}
    assert "/denoiser_denoise" in app.get_api_info()["named_endpoints"]
    assert f"the page of {breakage} cannot be built" in caplog.text


def test_a_single_plugin_has_the_first_page_to_itself() -> None:
    app = home.build_app([registry.find("denoiser")], LocalEngine())
    assert [path for path, _, _ in app.pages] == [""]
    assert "Denoise a photo" in json.dumps(app.get_config_file(), default=str)


def test_two_plugins_of_one_name_cost_the_second_page(plant: Plant) -> None:
    plant("denoiser")
    app = home.build_app(registry.discover().values(), LocalEngine())
    assert [path for path, _, _ in app.pages][:2] == ["", "denoiser"]
    assert "the name is taken by" in json.dumps(app.get_config_file(), default=str)


def test_a_card_escapes_what_the_plugin_says_about_itself(plant: Plant) -> None:
    toml = 'api = "9.0"\ntitle = "<b>Bold</b>"\nsummary = "A & B"\n[checkpoints.only]\n'
    plant("bold", plugin=toml)
    app = home.build_app([registry.find("bold"), registry.find("denoiser")], LocalEngine())
    config = json.dumps(app.get_config_file(), default=str)
    assert "<h2>&lt;b&gt;Bold&lt;/b&gt;</h2><p>A &amp; B</p>" in config
    assert "<h1>&lt;b&gt;Bold&lt;/b&gt;</h1>" in config
    assert "Interactive demos of autoencoders" in config
