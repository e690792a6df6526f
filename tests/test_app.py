"""The app as its visitors meet it: over HTTP, through gradio_client, and in a browser on a desktop and a phone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.metrics import psnr
from core.plugin import Plugin
from core.publish import bundle
from core.web import home
from plugins.denoiser.noise import add_noise
from tests.conftest import ROOT, run_python, serve
from tests.local_hub import Hub

PHOTO = ROOT / "plugins" / "denoiser" / "examples" / "oakland-zoo-otters.jpg"
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
    assert "Clean a photo" in json.dumps(app.get_config_file(), default=str)


def test_two_plugins_of_one_name_cost_the_second_page(plant: Plant) -> None:
    plant("denoiser")
    app = home.build_app(registry.discover().values(), LocalEngine())
    assert [path for path, _, _ in app.pages][:2] == ["", "denoiser"]
    assert "the name is taken by" in json.dumps(app.get_config_file(), default=str)


def test_the_app_is_served_before_keras_is_imported() -> None:
    program = (
        "import sys, gradio; from core.web import server;"
        "gradio.Blocks.launch = lambda *_, **__: print('keras' in sys.modules); server.main([])"
    )
    assert run_python("-c", program).stdout.strip() == "False"


def test_a_wrong_option_is_one_line() -> None:
    for arguments, words in [(["--plugins", "nobody"], "no plugin 'nobody'"), (["--weights", "x"], "names no plugin")]:
        ended = run_python("app.py", *arguments)
        assert ended.returncode == 2
        assert words in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.fixture(scope="module")
def client(app_address: str) -> Client:
    return Client(app_address, verbose=False)


@pytest.fixture(scope="module")
def noisy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "beach 1.png"
    images.save(add_noise(images.load(PHOTO)[:300, :400], 25), path)
    return path


def expected_bytes(denoiser: Plugin, file: Path, sigma: float) -> np.ndarray:
    return images.to_uint8(denoiser.run("denoise", images.load(file), sigma=sigma).image)


def test_the_api_returns_the_picture_bit_for_bit(client: Client, denoiser: Plugin, noisy_file: Path) -> None:
    result = client.predict(handle_file(noisy_file), 0, False, 25, 0, api_name="/denoiser_denoise")
    _, after = result[0]
    assert Path(after).name == "beach_1_denoised.png" or Path(after).name == "beach 1_denoised.png"
    np.testing.assert_array_equal(np.asarray(pillow.open(after)), expected_bytes(denoiser, noisy_file, 25))
    assert " ms." in result[-1]


def test_the_api_finds_the_strength_and_scores_added_noise(client: Client) -> None:
    result = client.predict(handle_file(PHOTO), 30, True, 0, 7, api_name="/denoiser_denoise")
    assert result[3] == pytest.approx(30, abs=3)
    assert "dB" in result[2]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"not a picture", "notes.png", "not a picture that can be read"),
        (b"\xff\xd8\xff\xe0", "cut.jpg", "cannot|damaged|not a"),
    ],
)
def test_a_bad_file_is_answered_with_a_sentence(
    client: Client, tmp_path: Path, content: bytes, name: str, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Exception, match=message) as raised:
        client.predict(handle_file(tmp_path / name), 0, True, 25, 0, api_name="/denoiser_denoise")
    assert "Traceback" not in str(raised.value)


def test_the_wrong_teacher_is_available_over_the_api(client: Client) -> None:
    result = client.predict("digits", 50, api_name="/denoiser_compare_teachers")
    assert "Trained on photographs" in result[4]


def test_only_public_endpoints_are_listed(app_address: str) -> None:
    with urllib.request.urlopen(f"{app_address}/gradio_api/info") as answer:
        endpoints = json.load(answer)["named_endpoints"]
    names = tuple(f"/{name}_" for name in registry.discover())
    assert {"/denoiser_compare_teachers", "/denoiser_denoise"} <= set(endpoints)
    assert all(name.startswith(names) for name in endpoints)


@pytest.mark.browser
def test_weights_from_the_hub_make_the_same_picture_bit_for_bit(
    browser: Any, hub: Hub, denoiser: Plugin, noisy_file: Path, tmp_path: Path
) -> None:
    suite, settings = tmp_path / "suite", {"HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_TELEMETRY": ""}
    bundle.write([denoiser.record], suite)

    def core(*arguments: str) -> None:
        command = [sys.executable, "-m", "core", *arguments]
        subprocess.run(command, cwd=suite, env=os.environ | settings, check=True, capture_output=True)

    core("push", "denoiser", "--repo", "alice/denoiser")
    commit = hub.model("alice/denoiser").branches["main"]
    shutil.rmtree(suite / "plugins" / "denoiser" / "weights")
    core("pull", "denoiser")
    hub.requests.clear()
    with serve(suite, **settings) as address:
        photo = handle_file(noisy_file)
        result = Client(address, verbose=False).predict(photo, 0, False, 25, 0, api_name="/denoiser_denoise")
        page = browser.new_page()
        page.goto(address)
        page.get_by_text(f"weights from the Hub at {commit[:12]} (alice/denoiser)").wait_for(timeout=60_000)
        page.close()
    np.testing.assert_array_equal(np.asarray(pillow.open(result[0][1])), expected_bytes(denoiser, noisy_file, 25))
    assert not hub.requests  # the cache was warm


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_visitor_drops_a_photo_and_gets_it_clean_exactly(
    browser: Any, app_address: str, denoiser: Plugin, noisy_file: Path, width: int, dark: bool
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", accept_downloads=True
    )
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
    page.goto(app_address)
    page.get_by_role("heading", name="Denoiser").click()
    page.wait_for_url("**/denoiser*")
    page.locator("input[type=file]").first.set_input_files(noisy_file)
    page.get_by_text("bundled weights, photographs").wait_for(timeout=120_000)
    page.get_by_text("Done in").wait_for(timeout=120_000)
    with page.expect_download() as download:
        page.get_by_text("Download PNG").click()
    sigma = float(page.get_by_label("number input for Strength").input_value())
    assert sigma == pytest.approx(25, abs=3)
    got = np.asarray(pillow.open(download.value.path()))
    assert download.value.suggested_filename.endswith("_denoised.png")
    noisy, clean = images.load(noisy_file), images.load(PHOTO)[:300, :400]
    np.testing.assert_array_equal(got, images.to_uint8(denoiser.run("denoise", noisy).image))
    assert psnr(got.astype(np.float32) / 255, clean) > psnr(noisy, clean) + 7
    shown = page.locator(".hero img").last.get_attribute("src")
    fetched = np.asarray(pillow.open(urllib.request.urlopen(shown)))
    np.testing.assert_array_equal(fetched, got)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert hosts == {app_address.removeprefix("http://")}
    context.close()
