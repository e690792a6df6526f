"""Files to and from the Hub, byte for byte, through whatever breaks on the way; and each failure as a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from huggingface_hub import constants

from core.errors import HubError, UserError
from core.hub import client, errors
from core.hub.reference import Reference, check_endpoint
from tests.conftest import run_python
from tests.local_hub import BAD, READER, Fault, Hub

BIG = np.random.default_rng(0).bytes(20_000_000)
CARD = b"---\nlibrary_name: keras\n---\n# Something\n"
SURVIVED = get_args(Fault)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(BIG)
    (folder / "README.md").write_bytes(CARD)
    (folder / "deep" / "facts.json").write_text("{}")
    return folder


def upload(folder: Path, private: bool = False) -> tuple[str, bool]:
    target = client.Target("alice/thing", private=private)
    return client.upload(folder, target, "a message", is_stale=lambda path: "old" in path)


@pytest.fixture
def there(hub: Hub, folder: Path) -> Reference:
    """A repository with three files, one of them of 20 MB."""
    commit, _ = upload(folder)
    hub.requests.clear()
    return Reference("alice/thing", commit)


def test_a_folder_goes_up_as_one_commit_byte_for_byte(hub: Hub, folder: Path) -> None:
    commit, is_new = upload(folder)
    assert is_new
    assert hub.model("alice/thing").branches["main"] == commit
    files = {path: file.data for path, file in hub.model("alice/thing").files.items() if path != ".gitattributes"}
    assert files == {"model.safetensors": BIG, "README.md": CARD, "deep/facts.json": b"{}"}
    assert len(hub.made("POST .*/commit/")) == 1


def test_the_same_folder_again_changes_nothing(hub: Hub, folder: Path, there: Reference) -> None:
    assert upload(folder) == (there.revision, False)
    assert not hub.made("PUT|POST .*/commit/")


def test_only_what_is_stale_goes(hub: Hub, folder: Path, there: Reference) -> None:
    (folder / "old.json").write_text("1")
    upload(folder)
    (folder / "old.json").unlink()
    (folder / "deep" / "facts.json").unlink()
    upload(folder)
    kept = {".gitattributes", "README.md", "deep/facts.json", "model.safetensors"}
    assert set(hub.model("alice/thing").files) == kept


@pytest.mark.parametrize("fault", [fault for fault in SURVIVED if fault != "corrupt"])
def test_an_upload_survives(hub: Hub, folder: Path, fault: Fault) -> None:
    hub.spoil("PUT /upload", fault)
    upload(folder)
    assert hub.model("alice/thing").files["model.safetensors"].data == BIG


@pytest.mark.parametrize("request_", ["POST /api/repos/create", "POST .*/preupload", "POST .*/batch", "POST .*/commit"])
@pytest.mark.parametrize("fault", ["reset", "503"])
def test_each_step_of_an_upload_is_tried_again(hub: Hub, folder: Path, request_: str, fault: Fault) -> None:
    hub.spoil(request_, fault)
    upload(folder)
    assert len(hub.model("alice/thing").commits) == 2


def test_a_commit_whose_answer_was_lost_is_not_made_twice(hub: Hub, folder: Path) -> None:
    hub.spoil("answer to POST .*/commit", "reset")
    commit, _ = upload(folder)
    assert list(hub.model("alice/thing").titles.values()) == ["initial commit", "a message"]
    assert hub.model("alice/thing").branches["main"] == commit


def test_a_commit_that_came_in_between_is_not_overwritten(hub: Hub, folder: Path, there: Reference) -> None:
    (folder / "README.md").write_bytes(CARD + b"mine")
    hub.meanwhile("POST .*/preupload", lambda: hub.model("alice/thing").commit({}, "theirs"))
    with pytest.raises(HubError, match="changed by somebody else meanwhile"):
        upload(folder)
    assert hub.model("alice/thing").files == {}


@pytest.mark.parametrize("fault", SURVIVED)
def test_a_download_survives(hub: Hub, there: Reference, fault: Fault) -> None:
    hub.spoil("GET /cdn", fault)
    assert client.fetch(there, "model.safetensors").read_bytes() == BIG


def test_a_download_that_was_dropped_is_resumed(hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1_000_000)  # what is lost at most
    hub.spoil("GET /cdn", "close", "close")
    client.fetch(there, "model.safetensors")
    assert sum(request.sent for request in hub.made("GET /cdn")) < 1.1 * len(BIG)


def test_a_small_file_is_checked_too(hub: Hub, there: Reference) -> None:
    hub.spoil("GET .*/resolve/", "corrupt")
    assert client.fetch(there, "README.md").read_bytes() == CARD


def test_what_is_in_the_cache_costs_no_request(hub: Hub, there: Reference) -> None:
    first = client.fetch(there, "model.safetensors")
    hub.requests.clear()
    assert client.fetch(there, "model.safetensors") == first
    assert client.resolve(there) == there
    assert not hub.requests


def test_what_was_spoiled_in_the_cache_is_fetched_again(there: Reference) -> None:
    client.fetch(there, "model.safetensors").resolve().write_bytes(BIG[::-1])
    assert client.fetch(there, "model.safetensors").read_bytes() == BIG


def test_another_file_than_expected_is_refused_and_removed(there: Reference) -> None:
    with pytest.raises(HubError, match=r"model\.safetensors of alice/thing@\w{40} has another checksum than it must"):
        client.fetch(there, "model.safetensors", sha256="0" * 64)
    assert not [path for path in Path(constants.HF_HUB_CACHE).glob("*/blobs/*") if path.stat().st_size > 1e6]


def test_a_file_of_another_size_is_not_even_fetched(hub: Hub, there: Reference) -> None:
    with pytest.raises(HubError, match="is of 20000000 bytes, 1 are expected: it is not fetched"):
        client.fetch(there, "model.safetensors", size=1)
    assert not hub.made("GET /cdn")


@pytest.mark.parametrize(
    ("token", "words"), [(BAD, "does not know your token"), (READER, "may not do this"), ("", "hf auth login")]
)
def test_a_token_never_shows(
    folder: Path, token: str, words: str, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    caplog.set_level("DEBUG")
    with pytest.raises(HubError, match=words) as raised:
        upload(folder)
    assert (token or "hf_") not in str(raised.value) + caplog.text


def test_storage_never_sees_the_token(hub: Hub, there: Reference) -> None:
    client.fetch(there, "model.safetensors")
    assert [request.authorised for request in hub.made("GET /cdn")] == [False]
    assert all(request.authorised for request in hub.made("HEAD .*/resolve"))


def test_what_does_not_exist_is_named(there: Reference) -> None:
    for reference, path, words in [
        (Reference("alice/nothing", "main"), "x", "shows no repository 'alice/nothing': check the name"),
        (Reference("alice/thing", "v9"), "x", "alice/thing has no revision 'v9'"),
        (there, "deep/x.json", r"alice/thing@\w+ lacks the file deep/x.json"),
        (Reference("alice/a/b", "main"), "x", "'alice/a/b' is no name of a repository"),
    ]:
        with pytest.raises(HubError, match=words):
            client.fetch(client.resolve(reference), path)


def test_a_private_repository_is_shown_to_nobody_else(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, _ = upload(folder, private=True)
    monkeypatch.setenv("HF_TOKEN", READER)
    with pytest.raises(HubError, match=r"shows no repository 'alice/thing'.* log in with `hf auth login`"):
        client.fetch(Reference("alice/thing", commit), "README.md")


def test_a_gated_repository_says_where_to_ask(hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.model("alice/thing").gated = True
    monkeypatch.setenv("HF_TOKEN", READER)
    with pytest.raises(HubError, match=f"alice/thing is gated: ask for access at {hub.endpoint}/alice/thing"):
        client.fetch(there, "README.md")


def test_no_network_is_a_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match=r"HF_HUB_OFFLINE forbids to ask .* which is not in the cache"):
        client.fetch(Reference("alice/thing", "0" * 40), "README.md")


def test_a_busy_hub_is_a_sentence(hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "ATTEMPTS", 2)
    hub.spoil("GET /cdn", "503", "503")
    with pytest.raises(HubError, match=r"is busy or down \(HTTP 503\): try again later"):
        client.fetch(there, "model.safetensors")


def test_wrong_front_matter_is_a_sentence(hub: Hub, folder: Path) -> None:
    (folder / "README.md").write_text("---\nsdk: abacus\n---\n")
    with pytest.raises(HubError, match=r'refuses the front matter of README\.md: .*"sdk" must be one of'):
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
def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(
    hub: Hub, there: Reference, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(small_disk))
    with pytest.raises(HubError, match=f"the disk of {small_disk} is full: make room, or set HF_HOME"):
        client.fetch(there, "model.safetensors")
    assert shutil.disk_usage(small_disk).used < 1_000_000


def test_a_cache_that_cannot_be_written_is_a_sentence(
    there: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file"))
    with pytest.raises(HubError, match=r"cannot be written \(Not a directory\): set HF_HOME to a folder of yours"):
        client.fetch(there, "README.md")


def test_versions_are_tagged_once_and_counted(hub: Hub, folder: Path, there: Reference) -> None:
    assert client.tag(there) == client.tag(there) == "v1"
    (folder / "README.md").write_bytes(CARD + b"more")
    assert client.tag(Reference("alice/thing", upload(folder)[0])) == "v2"
    assert client.resolve(Reference("alice/thing", "v1")) == there


def test_a_tag_whose_answer_was_lost_is_not_made_twice(hub: Hub, there: Reference) -> None:
    hub.spoil("answer to POST .*/tag", "reset")
    assert client.tag(there) == "v1"
    assert hub.model("alice/thing").tags == {"v1": there.revision}


@pytest.mark.parametrize("fault", ["503", "reset"])
def test_a_branch_is_resolved_anew_and_never_from_the_cache(hub: Hub, folder: Path, fault: Fault) -> None:
    main = Reference("alice/thing", "main")
    first, _ = upload(folder)
    client.fetch(client.resolve(main), "README.md")
    (folder / "README.md").write_bytes(CARD + b"more")
    second, _ = upload(folder)
    hub.spoil("GET /api/models/alice/thing", fault)
    assert client.resolve(main).revision == second != first


def test_a_file_that_is_too_large_is_not_fetched(hub: Hub, there: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LARGEST", 1_000_000)
    with pytest.raises(HubError, match="is of 20000000 bytes, 1000000 are expected: it is not fetched"):
        client.fetch(there, "model.safetensors")
    assert not hub.made("GET /cdn")


@pytest.mark.parametrize("token", ["hf_secrét", "hf_\nsecret"])
def test_a_token_that_is_none_is_a_sentence(
    hub: Hub, folder: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(HubError) as raised:
        upload(folder)
    assert "secr" not in str(raised.value)


@pytest.mark.parametrize("endpoint", ["not a url", "http://[::1", "http://127.0.0.1:99999", "ftp://x.y"])
def test_an_address_that_is_none_is_a_sentence(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(UserError, match="which is no address: write https://"):
        check_endpoint()


def test_a_hub_that_is_down_for_good_is_a_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "ATTEMPTS", 2)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        client.resolve(Reference("alice/thing", "main"))


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


def test_a_file_goes_up_and_down_by_xet_too(hub: Hub, folder: Path, tmp_path: Path) -> None:
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
