"""A place on the Hugging Face Hub, as it is written on a command line: owner/name@revision."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import UserError

REPOSITORY_PATTERN = r"[\w-][\w.-]*/[\w-][\w.-]*"
FORM = re.compile(rf"({REPOSITORY_PATTERN})@(\w[\w./-]*)")
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
        """Whether the revision is a full commit, which never comes to mean another one."""
        return COMMIT.fullmatch(self.revision) is not None


def parse(words: str) -> Reference | None:
    """Return the reference that `words` are, or None if they are not of the form owner/name@revision."""
    found = FORM.fullmatch(words)
    return Reference(*found.groups()) if found else None


def check_endpoint() -> None:
    """Raise UserError where HF_ENDPOINT is no address: the Hub's client fails on that while it is imported."""
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    try:
        parts = urlsplit(endpoint)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address:
        raise UserError(f"HF_ENDPOINT is {endpoint!r}, which is no address: write https://…, or unset it.")
