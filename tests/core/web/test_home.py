"""The home page's cards, and the pages of plugins that cannot run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest
from gradio.routes import INTERNAL_ROUTES, App

from core import manifest, registry
from core.engine import LocalEngine
from core.registry import State
from core.web import building, home
from core.web.building import MISSING_WEIGHTS

Plant = Callable[..., Path]

BREAKAGES = {
    "exits": "import sys\nsys.exit(3)\n",
    "interrupts": "raise KeyboardInterrupt\n",
    "interrupts_late": "def build_interface(plugin):\n    raise KeyboardInterrupt\n",
    "raises": "def build_interface(plugin):\n    raise RuntimeError('no light')\n",
    "half_built": "import gradio as gr\ndef build_interface(plugin):\n"
    "    with gr.Blocks():\n        with gr.Row():\n            raise KeyError('half')\n",
    "launches": "import gradio as gr\ndef build_interface(plugin):\n    gr.Blocks().launch()\n",
    "loops": "def build_interface(plugin):\n    while True:\n        pass\n",
    "sleeps_in_row": "import gradio as gr, time\ndef build_interface(plugin):\n"
    "    with gr.Blocks(), gr.Row():\n        time.sleep(600)\n",
    "patches": "import gradio as gr\ngr.Image = None\ndef build_interface(plugin):\n    return gr.Blocks()\n",
    "returns_nothing": "def build_interface(plugin):\n    return None\n",
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_plugin_costs_one_page(
    plant: Plant, breakage: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = building.limited
    monkeypatch.setattr(
        building, "limited", lambda seconds, folder: limited(0.5 if folder.name == breakage else seconds, folder)
    )
    plant(breakage, interface=BREAKAGES[breakage])
    app = home.build_app([registry.find(breakage), registry.find("denoiser")], LocalEngine())
    config = json.dumps(app.get_config_file(), default=str)
    assert "This demo is not running." in config
    assert {path for path, _, _ in app.pages} == {"", "denoiser", breakage}
    assert "/denoiser_denoise" in app.get_api_info()["named_endpoints"]
    assert f"the page of {breakage} cannot be built" in caplog.text


@pytest.mark.usefixtures("ctrl_c_handled")
def test_a_ctrl_c_of_the_user_during_an_import_ends_the_app(plant: Plant) -> None:
    plant("slow", interface="import signal\nsignal.raise_signal(signal.SIGINT)\n")
    with pytest.raises(KeyboardInterrupt):
        home.build_app([registry.find("slow")], LocalEngine())


def test_every_path_that_gradio_answers_itself_is_reserved() -> None:
    with gr.Blocks() as blocks:
        gr.Markdown("x")
    answered = {str(getattr(route, "path", "/")).split("/")[1] for route in App.create_app(blocks).routes}
    names = {name for name in answered | set(INTERNAL_ROUTES) if manifest.NAME.fullmatch(name)}
    assert names == registry.RESERVED


@pytest.mark.parametrize("name", [*sorted(registry.RESERVED), "配置", "theme.css", "-"])
def test_a_plugin_of_a_taken_or_unusable_name_costs_one_page(plant: Plant, name: str) -> None:
    plant(name)
    plant("配置2")
    records = registry.discover()
    assert records[name].state is State.BROKEN
    assert "rename it" in records[name].reason
    app = home.build_app([records[each] for each in (name, "配置2")], LocalEngine())
    paths = [path for path, _, _ in app.pages]
    config = json.dumps(app.get_config_file(), default=str)
    assert len(set(paths)) == 3
    assert all(f'href=\\"{path}\\"' in config for path in paths[1:])


def test_a_single_plugin_has_the_first_page_to_itself() -> None:
    app = home.build_app([registry.find("denoiser")], LocalEngine())
    assert [path for path, _, _ in app.pages] == [""]
    assert "Denoise a photo" in json.dumps(app.get_config_file(), default=str)


def test_two_plugins_of_one_name_cost_the_second_page(plant: Plant) -> None:
    plant("denoiser")
    both = [record for record in registry.discover().values() if record.name.startswith("denoiser")]
    app = home.build_app(both, LocalEngine())
    assert [path for path, _, _ in app.pages][:2] == ["", "denoiser"]
    assert "the name is taken by" in json.dumps(app.get_config_file(), default=str)


def test_a_card_escapes_what_the_plugin_says_about_itself(plant: Plant) -> None:
    toml = 'api = "9.0"\ntitle = "<b>Bold</b>"\nsummary = "A & B"\n[checkpoints.only]\n'
    plant("bold", plugin=toml)
    app = home.build_app([registry.find("bold"), registry.find("denoiser")], LocalEngine())
    config = json.dumps(app.get_config_file(), default=str)
    assert "<h2>&lt;b&gt;Bold&lt;/b&gt;</h2><p>A &amp; B</p>" in config
    assert '<p class=\\"state problem\\">' in config
    assert "<h1>&lt;b&gt;Bold&lt;/b&gt;</h1>" in config
    assert "Interactive demos of autoencoders" in config


def test_a_card_says_that_a_network_is_missing(plant: Plant) -> None:
    plant("hungry", interface="import gradio as gr\ndef build_interface(plugin):\n    return gr.Blocks()\n")
    app = home.build_app([registry.find("hungry"), registry.find("denoiser")], LocalEngine())
    assert json.dumps(app.get_config_file(), default=str).count(MISSING_WEIGHTS) == 1


def test_plugins_stand_in_the_order_that_they_ask_for(plant: Plant) -> None:
    toml = 'api = "1.0"\ntitle = "x"\nsummary = "x"\ntechnique = "How & why."\n{}[checkpoints.only]\n'
    for name, order in {"anywhere": "", "later": "order = 2\n", "first": "order = -1\n"}.items():
        plant(name, plugin=toml.format(order))
    app = home.build_app([registry.find(name) for name in ("anywhere", "later", "first")], LocalEngine())
    assert [path for path, _, _ in app.pages] == ["", "first", "later", "anywhere"]
    assert '<p class=\\"technique\\">How &amp; why.</p>' in json.dumps(app.get_config_file(), default=str)
