"""Downloads files from the Hugging Face Hub and verifies them; uploads a folder as one commit.

The client (`huggingface_hub`) resumes an interrupted download, but neither retries a reset connection nor verifies
checksums; this module does both. The client reads HF_ENDPOINT, HF_HOME, HF_HUB_OFFLINE and HF_TOKEN itself: no token
passes through this module.
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
from core.files import sha256_of
from core.hub.errors import retry, translate_errors
from core.hub.reference import COMMIT, Reference

if not sys.stderr.isatty():
    disable_progress_bars()  # in a log they would be hundreds of lines

LOGGER = logging.getLogger(__name__)
MAIN = "main"
GIT_ATTRIBUTES = ".gitattributes"  # written by the Hub: it lists which files are stored as large files
LARGEST = 2_000_000_000  # bytes; larger files are not downloaded
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Target:
    """A branch of a repository to upload to, and the settings that the repository is created with.

    Attributes:
        repository: owner/name.
        kind: "model" or "space".
        branch: the branch to commit to, created if it does not exist.
        private: whether the repository is private if it is created now.
        hardware: of a Space.
        sleep: seconds without visitors after which a Space sleeps.
    """

    repository: str
    kind: Literal["model", "space"] = "model"
    branch: str = MAIN
    private: bool = False
    hardware: SpaceHardware | None = None
    sleep: int | None = None


class Upload(NamedTuple):
    """The result of an upload: the commit that holds the files, and whether it is new."""

    commit: str
    is_new: bool


def resolve(reference: Reference) -> Reference:
    """Return `reference` with the full commit of its revision. Sends no request if that is a full commit already.

    Raises:
        HubError: if the repository or the revision does not exist, or the Hub cannot be reached.
    """
    if reference.is_exact:
        return reference
    name = reference.repository
    with translate_errors(
        reference
    ):  # not `HfApi.resolve_revision`: after a failure it silently answers from the cache
        info = retry(lambda: HfApi().repo_info(name, revision=reference.revision))
    return Reference(name, info.sha or "")


def list_files(reference: Reference) -> set[str]:
    """Return the paths of all files at `reference`."""
    with translate_errors(reference):
        return set(retry(lambda: HfApi().list_repo_files(reference.repository, revision=reference.revision)))


def fetch(reference: Reference, path: str, sha256: str | None = None, size: int | None = None) -> Path:
    """Return the path of a file in the cache, downloaded if necessary and always verified.

    An intact file in the cache costs no request.

    Args:
        reference: a repository at a full commit.
        path: the file in the repository.
        sha256: the expected checksum; None means the one that the Hub announces.
        size: the expected size in bytes; None means any up to `LARGEST`. It is checked before the download.

    Raises:
        HubError: if the Hub refuses, the size differs, or the checksum differs after a second download too.
    """
    with translate_errors(reference):
        for _ in range(2):
            file = _cached(reference, path) or retry(partial(_download, reference, path, size))
            if is_intact(file, sha256, size):
                return file
            LOGGER.warning("%s of %s is damaged: removing it", path, reference)
            for link in _symlink_chain(file):
                link.unlink(missing_ok=True)
    raise HubError(f"{path} of {reference} has a wrong checksum, after a second download too: do not use it.")


def _cached(reference: Reference, path: str) -> Path | None:
    """Return the path of a file in the cache, or None. `hf_hub_download` would send a request even if it is there."""
    name, revision = reference.repository, reference.revision
    found = try_to_load_from_cache(name, path, cache_dir=constants.HF_HUB_CACHE, revision=revision)
    return Path(found) if isinstance(found, str) else None


def _download(reference: Reference, path: str, size: int | None) -> Path:
    """Download a file into the cache, after checking the size that the Hub announces, and return its path."""
    name, revision = reference.repository, reference.revision
    if not constants.is_offline_mode():
        announced = get_hf_file_metadata(hf_hub_url(name, path, revision=revision)).size or 0
        if size not in (None, announced) or announced > LARGEST:
            expected = size or LARGEST
            raise HubError(f"{path} of {reference} has {announced} bytes, expected {expected}: it is not downloaded.")
    return Path(hf_hub_download(name, path, revision=revision))


def is_intact(file: Path, sha256: str | None = None, size: int | None = None) -> bool:
    """Return whether a cached file has the expected checksum and size.

    Without `sha256`, the checksum is taken from the name of the blob that `file` links to: the cache names a blob by
    its SHA-256 or, if it is small, by its git object id. A file system without links has no blobs; then only `sha256`
    and `size` can be checked.
    """
    length = file.stat().st_size
    if size not in (None, length):
        return False
    expected = sha256 or _symlink_chain(file)[:2][-1].name  # the blob, if there is one
    if SHA256.fullmatch(expected):
        return sha256_of(file) == expected
    with file.open("rb") as data:
        if COMMIT.fullmatch(expected):
            return hashlib.sha1(b"blob %d\0" % length + data.read(), usedforsecurity=False).hexdigest() == expected
    return True


def _symlink_chain(file: Path) -> list[Path]:
    """Return `file`, the blob that it links to, and what that links to if the blobs are shared between caches."""
    chain = [file]
    while chain[-1].is_symlink():
        chain.append(chain[-1].parent / chain[-1].readlink())
    return chain


def create(target: Target) -> None:
    """Create the repository and the branch of `target` unless they exist."""
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
    """Upload the files of `folder` to `target`, which is created if necessary, as one commit if anything changed.

    Args:
        folder: the files to upload, except those that start with ".darkroom".
        target: where to.
        message: of the commit.
        is_stale: whether a file of the repository that is not in `folder` is deleted, by its path.

    Raises:
        HubError: if the Hub refuses, or somebody else commits during the upload, which is never overwritten.
    """
    api, name, kind, branch = HfApi(), target.repository, target.kind, target.branch
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".darkroom"))
    files = {path.relative_to(folder).as_posix(): path for path in paths}

    def commit() -> str:
        """Commit, unless the files are there already: `retry` repeats this if the answer to a commit was lost."""
        existing = set(api.list_repo_files(name, revision=branch, repo_type=kind)) - {GIT_ATTRIBUTES}
        stale = [CommitOperationDelete(path) for path in sorted(existing - files.keys()) if is_stale(path)]
        additions = [CommitOperationAdd(path, str(file)) for path, file in files.items()]
        created = api.create_commit(
            name, [*additions, *stale], commit_message=message, revision=branch, repo_type=kind, parent_commit=parent
        )
        return created.oid

    with translate_errors(Reference(name, branch)):
        create(target)
        parent = retry(lambda: api.repo_info(name, revision=branch, repo_type=kind)).sha
        oid = retry(commit)
    return Upload(oid, oid != parent)


def tag(reference: Reference) -> str:
    """Return the tag of a commit, created if it has none: the next of v1, v2, ...

    Raises:
        HubError: if the Hub refuses.
    """
    api, name, commit = HfApi(), reference.repository, reference.revision

    def tag_once() -> str:
        """Tag the commit, unless it has a tag: `retry` repeats this if the answer was lost."""
        known = {item.name: item.target_commit for item in api.list_repo_refs(name).tags}
        if names := [known_name for known_name, target in known.items() if target == commit]:
            return names[0]
        last = max((int(known_name[1:]) for known_name in known if re.fullmatch(r"v\d+", known_name)), default=0)
        api.create_tag(name, tag=f"v{last + 1}", revision=commit)
        return f"v{last + 1}"

    with translate_errors(reference):
        return retry(tag_once)
