"""Files to and from the Hub, byte for byte, whatever fails on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from huggingface_hub import constants

from core.errors import HubError
from core.hub import client
from core.hub.reference import Reference
from tests.conftest import ROOT, run_python
from tests.core.hub.conftest import BIG, CARD, upload
from tests.local_hub import Fault, Hub

FAULTS = get_args(Fault)


def test_a_folder_is_uploaded_as_one_commit(hub: Hub, folder: Path) -> None:
    commit, is_new = upload(folder)
    assert is_new
    assert hub.model("alice/thing").branches["main"] == commit
    files = {path: file.data for path, file in hub.model("alice/thing").files.items() if path != ".gitattributes"}
    assert files == {"model.safetensors": BIG, "README.md": CARD, "deep/data.json": b"{}"}
    assert len(hub.made("POST .*/commit/")) == 1


def test_uploading_the_same_folder_again_changes_nothing(hub: Hub, folder: Path, there: Reference) -> None:
    assert upload(folder) == (there.revision, False)
    assert not hub.made("PUT|POST .*/commit/")


def test_only_stale_files_are_deleted(hub: Hub, folder: Path, there: Reference) -> None:
    (folder / "old.json").write_text("1")
    upload(folder)
    (folder / "old.json").unlink()
    (folder / "deep" / "data.json").unlink()
    upload(folder)
    kept = {".gitattributes", "README.md", "deep/data.json", "model.safetensors"}
    assert set(hub.model("alice/thing").files) == kept


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "corrupt"])
def test_an_upload_succeeds_after_a_fault(hub: Hub, folder: Path, fault: Fault) -> None:
    hub.fail("PUT /upload", fault)
    upload(folder)
    assert hub.model("alice/thing").files["model.safetensors"].data == BIG


@pytest.mark.parametrize("request_", ["POST /api/repos/create", "POST .*/preupload", "POST .*/batch", "POST .*/commit"])
@pytest.mark.parametrize("fault", ["reset", "503"])
def test_each_step_of_an_upload_is_retried(hub: Hub, folder: Path, request_: str, fault: Fault) -> None:
    hub.fail(request_, fault)
    upload(folder)
    assert len(hub.model("alice/thing").commits) == 2


def test_a_commit_is_not_repeated_if_its_answer_is_lost(hub: Hub, folder: Path) -> None:
    hub.fail("answer to POST .*/commit", "reset")
    commit, _ = upload(folder)
    assert list(hub.model("alice/thing").titles.values()) == ["initial commit", "a message"]
    assert hub.model("alice/thing").branches["main"] == commit


def test_a_concurrent_commit_is_not_overwritten(hub: Hub, folder: Path, there: Reference) -> None:
    (folder / "README.md").write_bytes(CARD + b"mine")
    hub.meanwhile("POST .*/preupload", lambda: hub.model("alice/thing").commit({}, "theirs"))
    with pytest.raises(HubError, match="changed by someone else meanwhile"):
        upload(folder)
    assert hub.model("alice/thing").files == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_download_succeeds_after_a_fault(hub: Hub, there: Reference, fault: Fault) -> None:
    hub.fail("GET /cdn", fault)
    assert client.fetch(there, "model.safetensors").read_bytes() == BIG


def test_an_interrupted_download_is_resumed(hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1_000_000)  # the most that is downloaded twice
    hub.fail("GET /cdn", "close", "close")
    client.fetch(there, "model.safetensors")
    assert sum(request.sent for request in hub.made("GET /cdn")) < 1.1 * len(BIG)


def kill_during(hub: Hub, request: str, program: str) -> None:
    """Run a program in a process of its own, and kill that while half of a request, or of its answer, is sent."""
    started: list[subprocess.Popen[bytes]] = []
    hub.fail(request, "stall")
    hub.meanwhile(f"half of {request}", lambda: started[0].kill())
    environment = os.environ | {"HF_HUB_CACHE": constants.HF_HUB_CACHE}
    started.append(subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment))
    assert started[0].wait(60) == -signal.SIGKILL


def test_a_push_that_is_killed_commits_nothing_and_the_next_one_everything(hub: Hub, folder: Path) -> None:
    call = f"client.upload(Path({str(folder)!r}), client.Target('alice/thing'), 'a message', lambda path: False)"
    kill_during(hub, "PUT /upload", f"from pathlib import Path; from core.hub import client; {call}")
    assert hub.model("alice/thing").files.keys() == {".gitattributes"}
    upload(folder)
    assert hub.model("alice/thing").files["model.safetensors"].data == BIG


def test_a_pull_that_is_killed_leaves_nothing_that_is_taken_for_the_file(hub: Hub, there: Reference) -> None:
    program = f"client.fetch(Reference({there.repository!r}, {there.revision!r}), 'model.safetensors')"
    imports = "from core.hub import client; from core.hub.reference import Reference"
    kill_during(hub, "GET /cdn", f"{imports}; {program}")
    assert client.fetch(there, "model.safetensors").read_bytes() == BIG


def test_a_small_file_is_verified_too(hub: Hub, there: Reference) -> None:
    hub.fail("GET .*/resolve/", "corrupt")
    assert client.fetch(there, "README.md").read_bytes() == CARD


def test_a_file_in_the_cache_costs_no_request(hub: Hub, there: Reference) -> None:
    first = client.fetch(there, "model.safetensors")
    hub.requests.clear()
    assert client.fetch(there, "model.safetensors") == first
    assert client.resolve(there) == there
    assert not hub.requests


def test_a_damaged_file_in_the_cache_is_downloaded_again(there: Reference) -> None:
    client.fetch(there, "model.safetensors").resolve().write_bytes(BIG[::-1])
    assert client.fetch(there, "model.safetensors").read_bytes() == BIG


def test_a_file_with_another_checksum_is_refused_and_removed(there: Reference) -> None:
    with pytest.raises(HubError, match=r"model\.safetensors of alice/thing@\w{40} has a wrong checksum"):
        client.fetch(there, "model.safetensors", sha256="0" * 64)
    assert not [path for path in Path(constants.HF_HUB_CACHE).glob("*/blobs/*") if path.stat().st_size > 1e6]


def test_a_file_of_another_size_is_not_downloaded(hub: Hub, there: Reference) -> None:
    with pytest.raises(HubError, match="has 20000000 bytes, expected 1: it is not downloaded"):
        client.fetch(there, "model.safetensors", size=1)
    assert not hub.made("GET /cdn")


def test_the_storage_host_never_receives_the_token(hub: Hub, there: Reference) -> None:
    client.fetch(there, "model.safetensors")
    assert [request.authorized for request in hub.made("GET /cdn")] == [False]
    assert all(request.authorized for request in hub.made("HEAD .*/resolve"))


def test_each_version_gets_one_tag(hub: Hub, folder: Path, there: Reference) -> None:
    assert client.tag(there) == client.tag(there) == "v1"
    (folder / "README.md").write_bytes(CARD + b"more")
    assert client.tag(Reference("alice/thing", upload(folder)[0])) == "v2"
    assert client.resolve(Reference("alice/thing", "v1")) == there


def test_a_tag_is_not_repeated_if_its_answer_is_lost(hub: Hub, there: Reference) -> None:
    hub.fail("answer to POST .*/tag", "reset")
    assert client.tag(there) == "v1"
    assert hub.model("alice/thing").tags == {"v1": there.revision}


@pytest.mark.parametrize("fault", ["503", "reset"])
def test_a_branch_is_never_resolved_from_the_cache(hub: Hub, folder: Path, fault: Fault) -> None:
    main = Reference("alice/thing", "main")
    first, _ = upload(folder)
    client.fetch(client.resolve(main), "README.md")
    (folder / "README.md").write_bytes(CARD + b"more")
    second, _ = upload(folder)
    hub.fail("GET /api/models/alice/thing", fault)
    assert client.resolve(main).revision == second != first


def test_a_file_above_the_size_limit_is_not_downloaded(
    hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LARGEST", 1_000_000)
    with pytest.raises(HubError, match="has 20000000 bytes, expected 1000000: it is not downloaded"):
        client.fetch(there, "model.safetensors")
    assert not hub.made("GET /cdn")


XET = """
from pathlib import Path
from core.hub import client
from core.hub.reference import Reference
commit, _ = client.upload(Path({folder!r}), client.Target("alice/thing"), "a message", lambda path: False)
print(client.fetch(Reference("alice/thing", commit), "model.safetensors"))
"""
FAILING_XET = """
import shutil
from core.errors import HubError
from core.hub import client, errors
from core.hub.reference import Reference
shutil.rmtree({store!r})
errors.ATTEMPTS = 2
try:
    client.fetch(Reference("alice/thing", {commit!r}), "model.safetensors")
except HubError as error:
    print(error)
"""


def test_a_file_is_uploaded_and_downloaded_by_xet_too(hub: Hub, folder: Path, tmp_path: Path) -> None:
    hf_xet = pytest.importorskip("hf_xet")
    hub.serve_xet(tmp_path / "xet", BIG, hf_xet.hash_files([str(folder / "model.safetensors")])[0].hash)
    ended = run_python("-c", XET.format(folder=str(folder)), HF_HUB_DISABLE_XET="0", HF_HOME=str(tmp_path / "home"))
    assert Path(ended.stdout.strip()).read_bytes() == BIG
    assert hub.made("GET .*/xet-write-token")
    assert hub.made("GET .*/xet-read-token")
    assert not hub.made("PUT|GET /cdn|POST .*/batch")
    commit = hub.model("alice/thing").branches["main"]
    program = FAILING_XET.format(store=str(tmp_path / "xet"), commit=commit)
    ended = run_python("-c", program, HF_HUB_DISABLE_XET="0", HF_HOME=str(tmp_path / "other"))
    assert "failed (" in ended.stdout, ended.stderr
    assert "try again later, or set HF_HUB_DISABLE_XET=1" in ended.stdout
