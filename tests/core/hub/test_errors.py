"""Failures of the Hub become errors of one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError
from tenacity import RetryCallState

from core.errors import HubError
from core.hub import client, errors
from core.hub.reference import Reference
from tests.core.hub.conftest import upload
from tests.local_hub import BAD, READER, Hub


@pytest.mark.parametrize(
    ("token", "words"),
    [(BAD, "rejects your token"), (READER, "you have no permission for this"), ("", "hf auth login")],
)
def test_errors_and_logs_never_contain_the_token(
    folder: Path, token: str, words: str, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    caplog.set_level("DEBUG")
    with pytest.raises(HubError, match=words) as raised:
        upload(folder)
    assert (token or "hf_") not in str(raised.value) + caplog.text


def test_errors_name_what_does_not_exist(there: Reference) -> None:
    for reference, path, words in [
        (Reference("alice/nothing", "main"), "x", "has no repository 'alice/nothing' for you: check the name"),
        (Reference("alice/thing", "v9"), "x", "alice/thing has no revision 'v9'"),
        (there, "deep/x.json", r"alice/thing@\w+ has no file deep/x.json"),
        (Reference("alice/a/b", "main"), "x", "'alice/a/b' is not a repository name"),
    ]:
        with pytest.raises(HubError, match=words):
            client.fetch(client.resolve(reference), path)


def test_a_private_repository_does_not_exist_for_others(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, _ = upload(folder, private=True)
    monkeypatch.setenv("HF_TOKEN", READER)
    with pytest.raises(HubError, match=r"has no repository 'alice/thing'.* log in with `hf auth login`"):
        client.fetch(Reference("alice/thing", commit), "README.md")


def test_the_error_of_a_gated_repository_says_where_to_ask_for_access(
    hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.model("alice/thing").gated = True
    monkeypatch.setenv("HF_TOKEN", READER)
    with pytest.raises(HubError, match=f"alice/thing is gated: ask for access at {hub.endpoint}/alice/thing"):
        client.fetch(there, "README.md")


def test_offline_mode_is_reported(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match=r"HF_HUB_OFFLINE is set and .* is not in the cache"):
        client.fetch(Reference("alice/thing", "0" * 40), "README.md")


def test_a_busy_hub_is_reported(hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "ATTEMPTS", 2)
    hub.fail("GET /cdn", "503", "503")
    with pytest.raises(HubError, match=r"is busy or down \(HTTP 503\): try again later"):
        client.fetch(there, "model.safetensors")


@pytest.mark.parametrize(("attempt", "header", "least", "most"), [(1, "", 0.5, 1), (3, "", 2, 2.5), (1, "7", 7, 7)])
def test_waits_grow_and_are_as_long_as_the_hub_asks_for(attempt: int, header: str, least: float, most: float) -> None:
    answer = httpx2.Response(429, headers={"Retry-After": header}, request=httpx2.Request("GET", "http://hub"))
    state = RetryCallState(None, None, (), {})
    state.attempt_number, failed = attempt, HfHubHTTPError("busy", response=answer)
    state.set_exception((HfHubHTTPError, failed, None))
    assert least <= errors._wait_seconds(state) <= most


def test_invalid_front_matter_is_reported(hub: Hub, folder: Path) -> None:
    (folder / "README.md").write_text("---\nsdk: abacus\n---\n")
    with pytest.raises(HubError, match=r'rejects the front matter of README\.md: .*"sdk" must be one of'):
        upload(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", disk], check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.filterwarnings("ignore:Not enough free disk space")
def test_a_full_disk_is_reported_and_no_partial_file_is_left(
    hub: Hub, there: Reference, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(small_disk))
    with pytest.raises(HubError, match=f"the disk of {small_disk} is full: free some space, or set HF_HOME"):
        client.fetch(there, "model.safetensors")
    assert shutil.disk_usage(small_disk).used < 1_000_000


def test_a_cache_that_cannot_be_written_is_reported(
    there: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file"))
    with pytest.raises(
        HubError, match=r"cannot be written \(Not a directory\): set HF_HOME to a folder that you can write to"
    ):
        client.fetch(there, "README.md")


@pytest.mark.parametrize("token", ["hf_secrét", "hf_\nsecret"])
def test_a_malformed_token_is_reported(hub: Hub, folder: Path, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(HubError) as raised:
        upload(folder)
    assert "secr" not in str(raised.value)


def test_a_hub_that_cannot_be_reached_is_reported(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "ATTEMPTS", 2)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        client.resolve(Reference("alice/thing", "main"))
