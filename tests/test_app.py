"""The running app: over HTTP, through gradio_client, and in a browser on a desktop and a phone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import registry
from core.imaging import images
from core.imaging.metrics import psnr
from core.plugin import Plugin
from core.publish import bundle
from plugins.denoiser.interface import AUTOMATIC, BY_HAND
from plugins.denoiser.noise import add_noise
from tests.conftest import ROOT, serve
from tests.local_hub import Hub

PHOTO = ROOT / "plugins" / "denoiser" / "examples" / "oakland-zoo-otters.jpg"


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
    _, after, *_ = client.predict(handle_file(noisy_file), 0, BY_HAND, 25, 1, 0, 0, api_name="/denoiser_denoise")
    assert Path(after).name == "beach_1_denoised.png" or Path(after).name == "beach 1_denoised.png"
    np.testing.assert_array_equal(np.asarray(pillow.open(after)), expected_bytes(denoiser, noisy_file, 25))


def test_the_api_estimates_the_noise_level_and_scores_added_noise(client: Client) -> None:
    *_, findings, sigma = client.predict(handle_file(PHOTO), 30, AUTOMATIC, 0, 1, 0, 7, api_name="/denoiser_denoise")
    assert sigma == pytest.approx(30, abs=3)
    assert "dB" in findings


def test_the_home_page_names_its_cards_pictures_and_a_browser_keeps_them(app_address: str) -> None:
    page = urllib.request.urlopen(app_address).read().decode()
    assert "cards/denoiser.webp" in page
    with urllib.request.urlopen(f"{app_address}/cards/denoiser.webp") as answer:
        assert answer.headers["content-type"] == "image/webp"
        assert "max-age" in answer.headers["cache-control"]
        assert answer.read() == (ROOT / "plugins" / "denoiser" / "card.webp").read_bytes()


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
        client.predict(handle_file(tmp_path / name), 0, AUTOMATIC, 25, 1, 0, 0, api_name="/denoiser_denoise")
    assert "Traceback" not in str(raised.value)


def test_a_network_trained_on_other_data_is_available_over_the_api(client: Client) -> None:
    *_, findings = client.predict("digits", 50, api_name="/denoiser_out_of_domain")
    assert "Trained on photographs" in findings


def test_no_call_passes_the_queue_by(app_address: str) -> None:
    address, content = (
        f"{app_address}/gradio_api/run/vae_explorer_decode_position",
        {"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(address, b'{"data": []}', content))
    assert refused.value.code == 404
    assert b"join the queue" in refused.value.read()


def test_only_public_endpoints_are_listed(app_address: str) -> None:
    with urllib.request.urlopen(f"{app_address}/gradio_api/info") as answer:
        endpoints = json.load(answer)["named_endpoints"]
    names = tuple(f"/{name}_" for name in ("every_kind", *registry.discover()))
    assert {"/denoiser_out_of_domain", "/denoiser_denoise"} <= set(endpoints)
    assert all(name.startswith(names) for name in endpoints)


def test_a_cancel_of_another_event_does_not_end_a_visitors_stream(app_address: str) -> None:
    api, session = f"{app_address}/gradio_api", "a visitor"
    page = httpx.get(f"{app_address}/config").json()
    index = next(each["id"] for each in page["dependencies"] if each["api_name"] == "vae_explorer_decode_position")
    call = {"data": ["digits", 50, 50, ""], "fn_index": index, "session_hash": session}
    assert httpx.post(f"{api}/queue/join", json=call).status_code == 200
    wrong = {"session_hash": session, "fn_index": index + 1, "event_id": "0" * 32}
    assert httpx.post(f"{api}/cancel", json=wrong).status_code == 200
    stream = httpx.get(f"{api}/queue/data", params={"session_hash": session}, timeout=120).text
    assert '"success":true' in stream.replace(" ", "")
    assert "process_completed" in stream


@pytest.mark.slow
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
        result = Client(address, verbose=False).predict(photo, 0, BY_HAND, 25, 1, 0, 0, api_name="/denoiser_denoise")
        page = browser.new_page()
        page.goto(address)
        page.get_by_text(f"weights from the Hub at {commit[:12]} (alice/denoiser)").wait_for(
            state="attached", timeout=60_000
        )
        page.close()
    np.testing.assert_array_equal(np.asarray(pillow.open(result[1])), expected_bytes(denoiser, noisy_file, 25))
    assert not hub.requests  # the cache was warm


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_visitor_drops_a_photo_and_downloads_exactly_the_denoised_picture(
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
    page.get_by_text("bundled weights, photographs").wait_for(state="attached", timeout=120_000)
    page.get_by_text("Done in").wait_for(timeout=120_000)
    with page.expect_download() as download:
        page.get_by_text("Download PNG").click()
    sigma = float(page.get_by_label("number input for Noise level σ").input_value())
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
