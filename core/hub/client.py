"""The Hugging Face Hub: files fetched and checked, folders uploaded as one commit.

The client (`huggingface_hub`) resumes a dropped download but does not retry a reset one, and does not check what it
got; both are done here. It honours HF_ENDPOINT, HF_HOME, HF_HUB_OFFLINE and HF_TOKEN; no token passes through here.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    SpaceHardware,
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.utils.tqdm import disable_progress_bars

from core.errors import HubError
from core.hub.errors import retry, translate_errors
from core.hub.reference import COMMIT, Reference

if not sys.stderr.isatty():
    disable_progress_bars()  # in a log they are hundreds of lines

LOGGER = logging.getLogger(__name__)
MAIN = "main"
GIT_ATTRIBUTES = ".gitattributes"  # the Hub writes it, and keeps in it which files are large
LARGEST = 2_000_000_000  # bytes of a file that is worth fetching for a demo
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Target:
    """Where a folder goes: a branch of a repository, and how that is made if it is not there."""

    repository: str
    kind: Literal["model", "space"] = "model"
    branch: str = MAIN
    private: bool = False
    hardware: SpaceHardware | None = None
    sleep: int | None = None


class Upload(NamedTuple):
    """What an upload came to: the commit that holds the files, and whether it is a new one."""

    commit: str
    is_new: bool


def resolve(reference: Reference) -> Reference:
    """Return `reference` with the full commit that its revision stands for now; a full commit costs no request."""
    if reference.is_exact:
        return reference
    name = reference.repository
    with translate_errors(reference):  # not by `resolve_revision`, which silently takes an older answer from the cache
        info = retry(lambda: HfApi().repo_info(name, revision=reference.revision))
    return Reference(name, info.sha or "")


def list_files(reference: Reference) -> set[str]:
    """Return the paths of all files at `reference`."""
    with translate_errors(reference):
        return set(retry(lambda: HfApi().list_repo_files(reference.repository, revision=reference.revision)))


def fetch(reference: Reference, path: str, sha256: str | None = None, size: int | None = None) -> Path:
    """Return where the file `path` of a repository lies in the cache, fetched if need be, and checked in any case.

    `reference` names a full commit. What is in the cache and whole costs no request. Where no `sha256` is expected,
    the checksum that the Hub announced is. Raises HubError, also for a file of another size than `size`, or than
    anybody needs, before it is fetched, and where a second copy is as damaged as the first.
    """
    with translate_errors(reference):
        for _ in range(2):
            file = _cached(reference, path) or retry(partial(_download, reference, path, size))
            if is_intact(file, sha256, size):
                return file
            LOGGER.warning("%s of %s is damaged: it is removed", path, reference)
            for link in _symlink_chain(file):
                link.unlink(missing_ok=True)
    raise HubError(f"{path} of {reference} has another checksum than it must, also when fetched anew: do not use it.")


def _cached(reference: Reference, path: str) -> Path | None:
    """Return where a file lies in the cache, if it does; the client's download asks the Hub something even then."""
    name, revision = reference.repository, reference.revision
    found = try_to_load_from_cache(name, path, cache_dir=constants.HF_HUB_CACHE, revision=revision)
    return Path(found) if isinstance(found, str) else None


def _download(reference: Reference, path: str, size: int | None) -> Path:
    """Return where a file lies in the cache, once its announced size has been looked at and it has been fetched."""
    name, revision = reference.repository, reference.revision
    if not constants.is_offline_mode():
        announced = get_hf_file_metadata(hf_hub_url(name, path, revision=revision)).size or 0
        if size not in (None, announced) or announced > LARGEST:
            most = size or LARGEST
            raise HubError(f"{path} of {reference} is of {announced} bytes, {most} are expected: it is not fetched.")
    return Path(hf_hub_download(name, path, revision=revision))


def is_intact(file: Path, sha256: str | None = None, size: int | None = None) -> bool:
    """Return whether a cached file is the one that is expected; left out, the one that its blob's name states.

    The cache names a blob after its SHA-256, or, if it is small, after its git object; where a file system has no
    links, there are no blobs, and what is not expected by `sha256` cannot be checked.
    """
    length = file.stat().st_size
    if size not in (None, length):
        return False
    stated = sha256 or _symlink_chain(file)[:2][-1].name  # the blob, if there is one
    with file.open("rb") as data:
        if SHA256.fullmatch(stated):
            return hashlib.file_digest(data, "sha256").hexdigest() == stated
        if COMMIT.fullmatch(stated):
            return hashlib.sha1(b"blob %d\0" % length + data.read(), usedforsecurity=False).hexdigest() == stated
    return True


def _symlink_chain(file: Path) -> list[Path]:
    """Return `file`, the blob that it links to, and, where the Hub's store is shared, what that links to."""
    chain = [file]
    while chain[-1].is_symlink():
        chain.append(chain[-1].parent / chain[-1].readlink())
    return chain


def create(target: Target) -> None:
    """Create the repository and the branch of `target` unless they are there."""
    api, name, kind = HfApi(), target.repository, target.kind
    sdk, private = ("gradio" if kind == "space" else None), target.private or None
    retry(
        lambda: api.create_repo(
            name,
            repo_type=kind,
            space_sdk=sdk,
            space_hardware=target.hardware,
            space_sleep_time=target.sleep,
            private=private,
            exist_ok=True,
        )
    )
    if target.branch != MAIN:
        retry(lambda: api.create_branch(name, branch=target.branch, repo_type=kind, exist_ok=True))


def upload(folder: Path, target: Target, message: str, is_stale: Callable[[str], bool]) -> Upload:
    """Make `target`, which is created if need be, hold the files of `folder`, in one commit if anything changed.

    Files there that `folder` lacks go if `is_stale` says so. A commit that comes in while this one is made is not
    overwritten: HubError says so.
    """
    api, name, kind, branch = HfApi(), target.repository, target.kind, target.branch
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".darkroom"))
    files = {path.relative_to(folder).as_posix(): path for path in paths}

    def commit() -> str:
        """Commit once: after an answer that was lost, the files are there already, and no second one is made."""
        there = set(api.list_repo_files(name, revision=branch, repo_type=kind)) - {GIT_ATTRIBUTES}
        stale = [CommitOperationDelete(path) for path in sorted(there - files.keys()) if is_stale(path)]
        additions = [CommitOperationAdd(path, str(file)) for path, file in files.items()]
        made = api.create_commit(
            name, [*additions, *stale], commit_message=message, revision=branch, repo_type=kind, parent_commit=parent
        )
        return made.oid

    with translate_errors(Reference(name, branch)):
        create(target)
        parent = retry(lambda: api.repo_info(name, revision=branch, repo_type=kind)).sha
        oid = retry(commit)
    return Upload(oid, oid != parent)


def tag(reference: Reference) -> str:
    """Return the tag of a commit: the one that it has, or else the next of v1, v2, ..., made now."""
    api, name, commit = HfApi(), reference.repository, reference.revision

    def tag_once() -> str:
        """Tag the commit once: after an answer that was lost, it has its tag already."""
        known = {item.name: item.target_commit for item in api.list_repo_refs(name).tags}
        if names := [known_name for known_name, target in known.items() if target == commit]:
            return names[0]
        last = max((int(known_name[1:]) for known_name in known if re.fullmatch(r"v\d+", known_name)), default=0)
        api.create_tag(name, tag=f"v{last + 1}", revision=commit)
        return f"v{last + 1}"

    with translate_errors(reference):
        return retry(tag_once)
