"""The Hugging Face Hub: files fetched and checked, folders uploaded as one commit.

The client (`huggingface_hub`) resumes a dropped download but does not retry a reset one, and does not check what it
got; both are done here. It honours HF_ENDPOINT, HF_HOME, HF_HUB_OFFLINE and HF_TOKEN; no token passes through here.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    constants,
    hf_hub_download,
    try_to_load_from_cache,
)

from core.hub_errors import HubError, explained, persist
from core.reference import Reference

LOGGER = logging.getLogger(__name__)
MAIN = "main"
GIT = ".gitattributes"  # the Hub's own


@dataclass(frozen=True)
class Target:
    """Where a folder goes: a branch of a repository, which is made, and `private` if so wished, if it is not there."""

    repository: str
    kind: Literal["model", "space"] = "model"
    branch: str = MAIN
    private: bool = False


def resolve(reference: Reference) -> Reference:
    """Return `reference` with the full commit that its revision stands for now; a full commit costs no request."""
    if reference.is_exact:
        return reference
    with explained(reference):
        found = persist(lambda: HfApi().resolve_revision(reference.repository, revision=reference.revision))
        return Reference(reference.repository, found.resolved)


def fetch(reference: Reference, path: str, sha256: str | None = None, size: int | None = None) -> Path:
    """Return where the file `path` of a repository lies in the cache, fetched if need be, and checked in any case.

    `reference` names a full commit. What is in the cache and whole costs no request. Where no `sha256` is expected,
    the checksum that the Hub announced is. Raises HubError, also where a second copy is as damaged as the first.
    """
    with explained(reference):
        for _ in range(2):
            file = _cached(reference, path) or persist(partial(_download, reference, path))
            if is_whole(file, sha256, size):
                return file
            LOGGER.warning("%s of %s is damaged: it is removed", path, reference)
            for link in _chain(file):
                link.unlink()
    raise HubError(f"{path} of {reference} came damaged twice, its checksum is another: do not use that repository.")


def _cached(reference: Reference, path: str) -> Path | None:
    """Return where a file lies in the cache, if it does; the client's download asks the Hub something even then."""
    repository, revision = reference.repository, reference.revision
    found = try_to_load_from_cache(repository, path, cache_dir=constants.HF_HUB_CACHE, revision=revision)
    return Path(found) if isinstance(found, str) else None


def _download(reference: Reference, path: str) -> Path:
    return Path(hf_hub_download(reference.repository, path, revision=reference.revision))


def is_whole(file: Path, sha256: str | None = None, size: int | None = None) -> bool:
    """Return whether a cached file is the one that is expected; left out, the one that its blob's name states.

    The cache names a blob after its SHA-256, or, if it is small, after its git object.
    """
    data = file.read_bytes()
    if size is not None and len(data) != size:
        return False
    stated = sha256 or _chain(file)[:2][-1].name
    if len(stated) == 40:
        return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == stated
    return len(stated) != 64 or hashlib.sha256(data).hexdigest() == stated


def _chain(file: Path) -> list[Path]:
    """Return `file`, the blob that it links to, and, where the Hub's store is shared, what that links to."""
    chain = [file]
    while chain[-1].is_symlink():
        chain.append(chain[-1].parent / chain[-1].readlink())
    return chain


def upload(folder: Path, target: Target, message: str, is_stale: Callable[[str], bool]) -> tuple[str, bool]:
    """Make `target` hold the files of `folder` in one commit; return the commit, and whether it is a new one.

    The repository is created if need be. Files there that `folder` lacks go if `is_stale` says so. A commit that
    came in between is not overwritten: HubError says so.
    """
    api = HfApi()
    name, kind, branch = target.repository, target.kind, target.branch
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

    def commit() -> str:
        """Commit once: after an answer that was lost, the files are there already, and no second one is made."""
        there = set(api.list_repo_files(name, revision=branch, repo_type=kind)) - {GIT}
        stale = [CommitOperationDelete(path) for path in sorted(there - files.keys()) if is_stale(path)]
        additions = [CommitOperationAdd(path, str(file)) for path, file in files.items()]
        made = api.create_commit(
            name, [*additions, *stale], commit_message=message, revision=branch, repo_type=kind, parent_commit=parent
        )
        return made.oid

    with explained(Reference(name, branch)):
        create(target)
        parent = persist(lambda: api.repo_info(name, revision=branch, repo_type=kind)).sha
        oid = persist(commit)
    return oid, oid != parent


def create(target: Target) -> None:
    """Create the repository and the branch of `target` unless they are there."""
    api, name, kind = HfApi(), target.repository, target.kind
    sdk, private = ("gradio" if kind == "space" else None), target.private or None
    persist(lambda: api.create_repo(name, repo_type=kind, space_sdk=sdk, private=private, exist_ok=True))
    if target.branch != MAIN:
        persist(lambda: api.create_branch(name, branch=target.branch, repo_type=kind, exist_ok=True))


def tag(repository: str, commit: str) -> str:
    """Return the tag of `commit`: the one that it has, or else the next of v1, v2, ..., made now."""
    api = HfApi()
    with explained(Reference(repository, commit)):
        known = {item.name: item.target_commit for item in persist(lambda: api.list_repo_refs(repository)).tags}
        if names := [name for name, target in known.items() if target == commit]:
            return names[0]
        last = max((int(name[1:]) for name in known if re.fullmatch(r"v\d+", name)), default=0)
        name = f"v{last + 1}"
        persist(lambda: api.create_tag(repository, tag=name, revision=commit))
        return name
