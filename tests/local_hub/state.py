"""The state of the local Hub: repositories with their commits and files, requests, users."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal

OWNER, READER, BAD = "hf_owner", "hf_reader", "hf_nobody"  # tokens: with write access, read only, invalid
USERS = {OWNER: "alice", READER: "bob"}
Fault = Literal["close", "reset", "corrupt", "429", "503", "stall"]


@dataclass(frozen=True)
class File:
    """A file in a commit."""

    data: bytes
    large: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def oid(self) -> str:
        data = f"oid sha256:{self.sha256}".encode() if self.large else self.data
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.large else self.oid

    def as_json(self, path: str, xet: dict[str, str]) -> dict[str, Any]:
        large = {"oid": self.sha256, "size": len(self.data), "pointerSize": 134}
        entry = {"type": "file", "path": path, "size": len(self.data), "oid": self.oid}
        if self.large:
            entry["lfs"] = large
        if self.etag in xet:
            entry["xetHash"] = xet[self.etag]
        return entry


@dataclass
class Repository:
    """A repository: the files of its commits by oid, and the commits of its branches and tags."""

    private: bool = False
    gated: bool = False
    hardware: str = "cpu-basic"
    commits: dict[str, dict[str, File]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, files: dict[str, File], title: str, branch: str = "main") -> str:
        content = sorted((path, file.oid) for path, file in files.items())
        oid = hashlib.sha1(f"{len(self.commits)} {title} {content}".encode()).hexdigest()
        self.commits[oid], self.titles[oid], self.branches[branch] = files, title, oid
        return oid

    def resolve(self, revision: str) -> str | None:
        oid = self.branches.get(revision) or self.tags.get(revision) or revision
        return oid if oid in self.commits else None

    @property
    def files(self) -> dict[str, File]:
        """The files at the head of main."""
        return self.commits[self.branches["main"]]


@dataclass
class Request:
    """A request, and how many bytes of the answer were sent."""

    method: str
    path: str
    authorized: bool
    body: bytes
    sent: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
