"""A repository on the Hugging Face Hub at a revision, written as owner/name@revision."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import UserError

REPOSITORY_PATTERN = r"[\w-][\w.-]*/[\w-][\w.-]*"
REFERENCE = re.compile(rf"({REPOSITORY_PATTERN})@(\w[\w./-]*)")
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Reference:
    """A revision (a full commit, a tag or a branch) of a repository on the Hub."""

    repository: str
    revision: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}"

    @property
    def is_exact(self) -> bool:
        """Whether the revision is a full commit: unlike a tag or a branch, it always means the same files."""
        return COMMIT.fullmatch(self.revision) is not None


def parse(text: str) -> Reference | None:
    """Return the reference that `text` states, or None if it is not of the form owner/name@revision."""
    found = REFERENCE.fullmatch(text)
    return Reference(*found.groups()) if found else None


def check_endpoint() -> None:
    """Raise UserError if HF_ENDPOINT is not a URL: the import of huggingface_hub would fail with a traceback."""
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    try:
        parts = urlsplit(endpoint)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_url = False
    if not is_url:
        raise UserError(f"HF_ENDPOINT is {endpoint!r}, which is not a URL: write https://…, or unset it.")
