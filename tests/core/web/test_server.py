"""The command line of the app, and what it is launched with."""

from __future__ import annotations

import json
import os
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio_client import Client, handle_file

from core import registry
from core.imaging import images
from core.plugin import Plugin
from core.publish import bundle
from core.web import installable, server
from tests.conftest import run_python, serve


def test_gradio_is_imported_when_visitors_files_have_a_folder_and_keras_once_the_app_is_served() -> None:
    program = (
        "import sys; from core.web import server; print('gradio' in sys.modules); import gradio;"
        "gradio.Blocks.launch = lambda *_, **__: print('keras' in sys.modules); server.main([])"
    )
    assert run_python("-c", program).stdout.split() == ["False", "False"]


def python_of_an_ordinary_user(folder: Path) -> Path:
    """Return a Python that runs as user 1000, which has no name, without root's right to write everywhere."""
    python = folder / "python"
    become = "unshare --user --map-user=1000" if os.geteuid() == 0 else ""
    python.write_text(f'#!/bin/sh\nexec {become} {sys.executable} "$@"\n')
    python.chmod(0o755)
    return python


@pytest.mark.slow
def test_an_ordinary_user_serves_from_a_folder_that_cannot_be_written_to(denoiser: Plugin, tmp_path: Path) -> None:
    suite = tmp_path / "suite"
    bundle.write([denoiser.record], suite)
    for path in (suite, *suite.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    with serve(suite, python_of_an_ordinary_user(tmp_path), HOME=str(suite)) as address:
        photo = handle_file(str(next((suite / "plugins/denoiser/examples").iterdir())))
        answer = Client(address, verbose=False).predict(photo, api_name="/denoiser_denoise")
        assert images.size(answer[1]) == images.size(photo["path"])


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--plugins", "nobody"], "no plugin 'nobody'"), (["--weights", "x"], "names no plugin")]
)
def test_a_wrong_option_is_reported_in_one_line(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # the server sets it where it is not set, for good
    assert server.main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_a_flag_of_the_cluster_without_the_cluster_is_refused(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # the server sets it where it is not set, for good
    assert server.main(["--ray-address", "head:6379"]) == 2
    assert capsys.readouterr().err == "darkroom: --ray-address goes with --engine ray: add that, or leave it out.\n"


def test_the_app_is_launched_with_the_suites_css_and_script_and_the_css_of_its_plugins(
    plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # the server sets it where it is not set, for good
    launched: dict[str, Any] = {}
    monkeypatch.setattr(gr.Blocks, "launch", lambda app, **settings: launched.update(settings))
    (plant("styled", interface="") / "style.css").write_text(".styled-grid { display: grid; }")
    assert server.main(["--plugins", "styled"]) == 0
    assert launched["css"].index(".workbench") < launched["css"].index(".styled-grid { display: grid; }")
    assert 'addEventListener("pointermove"' in launched["js"]
    assert launched["run_history"] is False  # it may use the owner's token for the Hub
    assert launched["_frontend"] is False  # no self-check, which would end an app that is slow to show its first page


def test_the_warm_up_loads_every_ready_plugin_and_survives_one_that_fails(
    plant: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    plant("fails"), plant("works"), plant("refused", plugin='api = "9.0"\ntitle = "x"\nsummary = "x"\n[checkpoints.x]')
    described: list[str] = []

    class Engine:
        def describe(self, record: registry.Record, checkpoint: str | None = None) -> str:
            described.append(record.name)
            if record.name == "fails":
                raise SystemExit(1)
            return "CPU"

    server.warm_up([registry.find(name) for name in ("fails", "refused", "works")], Engine())
    assert described == ["fails", "works"]
    assert "fails could not be loaded" in caplog.text


@pytest.mark.parametrize("value", ["x", "0", "-1", "inf", "nan"])
def test_a_limit_that_is_no_number_above_0_is_refused(value: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("DARKROOM_RETENTION", value)
    with pytest.raises(SystemExit) as ended:
        server.main([])
    assert ended.value.code == 2
    assert f"--retention: {value!r} is not a number above 0" in capsys.readouterr().err


@pytest.mark.browser
def test_the_app_can_be_installed_under_its_own_icon(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/denoiser")
    manifest = page.locator("link[rel=manifest]").get_attribute("href")
    with urllib.request.urlopen(urllib.parse.urljoin(page.url, manifest)) as answer:
        described = json.load(answer)
    assert (described["name"], described["display"]) == ("Darkroom", "standalone")
    for icon, path in zip(described["icons"], (installable.ICON, installable.PNG, installable.PNG), strict=True):
        with urllib.request.urlopen(urllib.parse.urljoin(page.url, icon["src"])) as answer:
            assert (answer.read(), answer.headers["Content-Type"]) == (path.read_bytes(), icon["type"])
    assert page.locator("link[rel=apple-touch-icon]").get_attribute("href") == installable.PNG.name
    tools = page.context.new_cdp_session(page)
    found = {each["errorId"] for each in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert found <= {"in-incognito"}  # as tests browse
    assert tools.send("Page.getAppManifest")["errors"] == []
    page.close()
