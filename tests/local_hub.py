"""A Hub on the loopback address, which speaks the Hugging Face Hub's HTTP API to the unmodified client.

It keeps repositories in memory, asks for tokens as the Hub does, answers with the Hub's error codes, remembers every
request, and spoils an answer where it is told to (`Hub.spoil`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import yaml

Fault = Literal["close", "reset", "corrupt", "429", "503", "stall"]
BROKEN = ("close", "reset", "stall")  # faults that end a connection half-way
OWNER, READER, BAD = "hf_owner", "hf_reader", "hf_nobody"  # tokens: who may write, who may only read, nobody's
WHO = {OWNER: "alice", READER: "bob"}
LARGE = (".safetensors", ".h5", ".png", ".jpg", ".webp")
STALL_SECONDS = 2.5  # longer than the client waits in the tests


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
        facts = {"type": "file", "path": path, "size": len(self.data), "oid": self.oid}
        if self.large:
            facts["lfs"] = large
        if self.etag in xet:
            facts["xetHash"] = xet[self.etag]
        return facts


@dataclass
class Repository:
    """A repository: its commits by oid, and what its branches and tags point to."""

    private: bool = False
    gated: bool = False
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
    """A request that was made, and how much of an answer it got."""

    method: str
    path: str
    authorised: bool
    body: bytes
    sent: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Hub:
    """The state of the Hub, and the server that speaks for it."""

    def __init__(self) -> None:
        self.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.storage = f"http://localhost:{self._server.server_port}"  # another host, as the Hub's storage is
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def clear(self) -> None:
        """Forget everything."""
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.uploads: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.stages: dict[str, list[str]] = {}
        self.space_logs: list[str] = []
        self.secrets: dict[str, str] = {}
        self.xet_store: Path | None = None
        self.xet_hashes: dict[str, str] = {}
        self._faults: list[tuple[str, Fault]] = []
        self._events: list[tuple[str, Callable[[], object]]] = []

    def spoil(self, request: str, *faults: Fault) -> None:
        """Spoil the next of what matches the pattern `request`, such as "GET /cdn", one fault each.

        An upload breaks off while it is sent; "answer to POST …" breaks off once it was done, as the answer is sent.
        """
        self._faults += [(request, fault) for fault in faults]

    def meanwhile(self, request: str, event: Callable[[], object]) -> None:
        """Let `event` happen just before the next answer to what matches `request`."""
        self._events.append((request, event))

    def serve_xet(self, store: Path, data: bytes, xet_hash: str) -> None:
        """Let `data` be had from the Xet store in the folder `store`, and from nowhere else."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.xet_store, self.xet_hashes[sha256], self.uploads[sha256] = store, xet_hash, data

    def take_event(self, request: str) -> None:
        for index, (pattern, event) in enumerate(self._events):
            if re.match(pattern, request):
                del self._events[index]
                event()
                return

    def take_fault(self, request: str) -> Fault | None:
        for index, (pattern, fault) in enumerate(self._faults):
            if re.match(pattern, request):
                del self._faults[index]
                return fault
        return None

    def made(self, pattern: str) -> list[Request]:
        """Return the requests that match `pattern`, such as "POST .*commit"."""
        return [request for request in self.requests if re.match(pattern, str(request))]

    def model(self, name: str) -> Repository:
        return self.repositories["model", name]

    def space(self, name: str) -> Repository:
        return self.repositories["space", name]


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str | None = None, **facts: str) -> None:
        self.status, self.message, self.code, self.facts = status, message, code, facts


REPOSITORY = r"(?P<kind>model|dataset|space)s/(?P<name>[^/]+/[^/]+)"
SHORT = r"(?:(?P<prefix>spaces|datasets)/)?(?P<name>[^/]+/[^/]+?)"
ROUTES: list[tuple[str, str]] = [
    (r"GET /api/whoami-v2", "whoami"),
    (r"POST /api/validate-yaml", "validate_yaml"),
    (r"POST /api/repos/create", "create"),
    (rf"POST /api/{REPOSITORY}/preupload/(?P<revision>[^/]+)", "preupload"),
    (rf"POST /api/{REPOSITORY}/commit/(?P<revision>[^/]+)", "commit"),
    (rf"POST /api/{REPOSITORY}/paths-info/(?P<revision>[^/]+)", "paths_info"),
    (rf"POST /api/{REPOSITORY}/tag/(?P<revision>[^/]+)", "tag"),
    (rf"POST /api/{REPOSITORY}/branch/(?P<branch>[^/]+)", "branch"),
    (rf"GET /api/{REPOSITORY}/refs", "refs"),
    (rf"GET /api/{REPOSITORY}/tree/(?P<revision>[^/]+)", "tree"),
    (rf"GET /api/{REPOSITORY}/xet-(?:read|write)-token/(?P<revision>[^/]+)", "xet_token"),
    (r"GET /api/spaces/(?P<name>[^/]+/[^/]+)/runtime", "runtime"),
    (r"GET /api/spaces/(?P<name>[^/]+/[^/]+)/logs/(?P<log>run|build)", "log"),
    (r"POST /api/spaces/(?P<name>[^/]+/[^/]+)/(?P<setting>hardware|secrets|sleeptime|restart)", "set_space"),
    (rf"GET /api/{REPOSITORY}(?:/revision/(?P<revision>[^/]+))?", "info"),
    (r"POST /api/jobs/(?P<owner>[^/]+)", "job"),
    (rf"POST /{SHORT}\.git/info/lfs/objects/batch", "batch"),
    (r"PUT /upload/(?P<sha256>\w+)", "upload"),
    (r"POST /verify", "verify"),
    (r"GET /cdn/(?P<sha256>\w+)", "download"),
    (rf"(?:GET|HEAD) /{SHORT}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "resolve"),
]


class Handler(BaseHTTPRequestHandler):
    """One request at a time of one connection; each method named in ROUTES answers with `_json` or `_send`."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._handle()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def _handle(self) -> None:
        path = urllib.parse.unquote(self.path.partition("?")[0])
        request = f"{self.command} {path}"
        self.fault = self.hub.take_fault(request)
        if self.fault in BROKEN and self.command in ("PUT", "POST"):
            self.rfile.read(int(self.headers.get("Content-Length", 0)) // 2)
            return self._break_off()
        self.fault = self.fault or self.hub.take_fault(f"answer to {request}")
        self.body = self._read_body()
        self.request_made = Request(self.command, path, "Authorization" in self.headers, self.body)
        self.hub.requests.append(self.request_made)
        self.hub.take_event(request)
        try:
            if self.fault in ("429", "503"):
                raise RefusalError(int(self.fault), "not now")
            for pattern, name in ROUTES:
                if found := re.fullmatch(pattern, request):
                    method: Callable[..., None] = getattr(self, f"answer_{name}")
                    return method(**{key: value for key, value in found.groupdict().items() if value is not None})
            raise RefusalError(404, f"no such route: {request}")
        except RefusalError as refusal:
            headers = {"X-Error-Message": refusal.message} | ({"X-Error-Code": refusal.code} if refusal.code else {})
            self._send(json.dumps({"error": refusal.message} | refusal.facts).encode(), headers, refusal.status)

    # What the client asks, in the order in which a push asks it.

    def answer_whoami(self) -> None:
        user = self._user()
        if user is None:
            raise RefusalError(401, "Invalid username or password.")
        self._json({"name": user, "type": "user", "auth": {"type": "access_token"}})

    def answer_validate_yaml(self) -> None:
        content = json.loads(self.body)["content"]
        try:
            facts = yaml.safe_load(content.split("---")[1]) if content.startswith("---") else None
        except yaml.YAMLError as error:
            return self._json({"errors": [{"message": str(error)}], "warnings": []}, 400)
        if not isinstance(facts, dict):
            return self._json({"errors": [], "warnings": [{"message": "empty or missing yaml metadata"}]})
        known = {None, "gradio", "docker", "static"}
        errors = [] if facts.get("sdk") in known else [{"message": '"sdk" must be one of [gradio, docker, static]'}]
        if len(facts.get("short_description", "")) > 60:
            errors.append({"message": '"short_description" length must be at most 60 characters'})
        return self._json({"errors": errors, "warnings": []}, 400 if errors else 200)

    def answer_create(self) -> None:
        wanted = json.loads(self.body)
        user = self._user()
        name = f"{wanted.get('organization') or user}/{wanted['name']}"
        if user is None:
            raise RefusalError(401, "Invalid username or password.")
        if self._token() != OWNER or not name.startswith(f"{user}/"):
            raise RefusalError(
                403, f"You don't have the rights to create a model under the namespace {name.split('/')[0]}"
            )
        key = wanted.get("type") or "model", name
        url = f"{self.hub.endpoint}/{'' if key[0] == 'model' else key[0] + 's/'}{name}"
        if key in self.hub.repositories:
            raise RefusalError(409, "You already created this model repo", url=url)
        repository = Repository(private=wanted.get("visibility") == "private")
        repository.commit({".gitattributes": File(b"*.h5 filter=lfs\n", False)}, "initial commit")
        self.hub.repositories[key] = repository
        self.hub.secrets |= {secret["key"]: secret["value"] for secret in wanted.get("secrets", [])}
        self._json({"url": url, "id": name})

    def answer_preupload(self, kind: str, name: str, revision: str) -> None:
        files = self._files(kind, name, revision, write=True)[1]
        wanted = json.loads(self.body)["files"]
        self._json({"files": [self._upload_mode(files, item["path"]) for item in wanted]})

    def _upload_mode(self, files: dict[str, File], path: str) -> dict[str, Any]:
        large = path.endswith(LARGE)
        known = {"oid": files[path].etag} if path in files and files[path].large == large else {}
        return {"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False} | known

    def answer_batch(self, name: str, prefix: str = "models") -> None:
        self._repository(prefix.removesuffix("s"), name, write=True)
        objects = []
        for item in json.loads(self.body)["objects"]:
            known = item["oid"] in self.hub.uploads
            upload = {"href": f"{self.hub.endpoint}/upload/{item['oid']}"}
            actions = {"upload": upload, "verify": {"href": f"{self.hub.endpoint}/verify"}}
            objects.append(item if known else item | {"actions": actions})
        self._json({"transfer": "basic", "objects": objects})

    def answer_upload(self, sha256: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != sha256:
            raise RefusalError(400, "The checksum does not match")
        self.hub.uploads[sha256] = self.body
        self._send(b"", {"ETag": f'"{sha256}"'})

    def answer_verify(self) -> None:
        wanted = json.loads(self.body)
        if len(self.hub.uploads.get(wanted["oid"], b"")) != wanted["size"]:
            raise RefusalError(404, "The object has not been uploaded")
        self._json({})

    def answer_commit(self, kind: str, name: str, revision: str) -> None:
        repository, files = self._files(kind, name, revision, write=True)
        files = dict(files)
        title = ""
        for line in self.body.splitlines():
            item = json.loads(line)
            value = item["value"]
            match item["key"]:
                case "header":
                    title = value["summary"]
                    if value.get("parentCommit") not in (None, repository.branches[revision]):
                        raise RefusalError(412, "A commit has happened since. Please refresh and try again.")
                case "file":
                    files[value["path"]] = File(base64.b64decode(value["content"]), False)
                case "lfsFile":
                    files[value["path"]] = File(self._uploaded(value["oid"]), True)
                case "deletedFile":
                    if files.pop(value["path"], None) is None:
                        raise RefusalError(404, "A file with this name doesn't exist", "EntryNotFound")
        oid = repository.commit(files, title, revision)
        self._json({"success": True, "commitOid": oid, "commitUrl": f"{self.hub.endpoint}/{name}/commit/{oid}"})

    def _uploaded(self, sha256: str) -> bytes:
        if sha256 not in self.hub.uploads:
            raise RefusalError(400, f"LFS pointer pointed to a file that does not exist: {sha256}")
        return self.hub.uploads[sha256]

    def answer_tag(self, kind: str, name: str, revision: str) -> None:
        repository = self._repository(kind, name, write=True)
        tag = json.loads(self.body)["tag"]
        if tag in repository.tags:
            raise RefusalError(409, "Tag already exists")
        repository.tags[tag] = self._commit_of(repository, revision)
        self._json({})

    def answer_branch(self, kind: str, name: str, branch: str) -> None:
        repository = self._repository(kind, name, write=True)
        if branch in repository.branches:
            raise RefusalError(409, "Branch already exists")
        start = (json.loads(self.body) if self.body else {}).get("startingPoint", "main")
        repository.branches[branch] = self._commit_of(repository, start)
        self._json({})

    # What is read.

    def answer_info(self, kind: str, name: str, revision: str = "main") -> None:
        repository = self._repository(kind, name)
        oid = self._commit_of(repository, revision)
        siblings = [{"rfilename": path} for path in repository.commits[oid]]
        facts = {"id": name, "modelId": name, "sha": oid, "private": repository.private, "siblings": siblings}
        self._json(facts | {"tags": [], "downloads": 0, "likes": 0})

    def answer_refs(self, kind: str, name: str) -> None:
        repository = self._repository(kind, name)

        def listed(refs: dict[str, str], folder: str) -> list[dict[str, str]]:
            return [{"name": ref, "ref": f"refs/{folder}/{ref}", "targetCommit": oid} for ref, oid in refs.items()]

        tags, branches = listed(repository.tags, "tags"), listed(repository.branches, "heads")
        self._json({"branches": branches, "converts": [], "tags": tags})

    def answer_tree(self, kind: str, name: str, revision: str) -> None:
        files = self._files(kind, name, revision)[1]
        self._json([file.as_json(path, self.hub.xet_hashes) for path, file in files.items()])

    def answer_paths_info(self, kind: str, name: str, revision: str) -> None:
        files = self._files(kind, name, revision)[1]
        wanted = urllib.parse.parse_qs(self.body.decode()).get("paths") or json.loads(self.body)["paths"]
        self._json([files[path].as_json(path, self.hub.xet_hashes) for path in wanted if path in files])

    def answer_resolve(self, name: str, revision: str, path: str, prefix: str = "models") -> None:
        repository = self._repository(prefix.removesuffix("s"), name)
        oid = self._commit_of(repository, revision)
        file = repository.commits[oid].get(path)
        if file is None:
            raise RefusalError(404, "Entry not found", "EntryNotFound")
        headers = {"X-Repo-Commit": oid, "ETag": f'"{file.etag}"'}
        if not file.large:
            return self._send(file.data, headers)
        headers |= {"X-Linked-Size": str(len(file.data)), "X-Linked-Etag": f'"{file.sha256}"'}
        if file.sha256 in self.hub.xet_hashes:
            token = f"{self.hub.endpoint}/api/models/{name}/xet-read-token/{oid}"
            headers |= {"X-Xet-Hash": self.hub.xet_hashes[file.sha256], "Link": f'<{token}>; rel="xet-auth"'}
        self.hub.uploads.setdefault(file.sha256, file.data)
        return self._send(b"", headers | {"Location": f"{self.hub.storage}/cdn/{file.sha256}"}, 302)

    def answer_download(self, sha256: str) -> None:
        data = self.hub.uploads[sha256]
        if wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(wanted[1]), int(wanted[2] or len(data) - 1)
            return self._send(data[first : last + 1], {"Content-Range": f"bytes {first}-{last}/{len(data)}"}, 206)
        return self._send(data, {})

    def answer_xet_token(self, kind: str, name: str, revision: str) -> None:
        self._repository(kind, name)
        headers = {"X-Xet-Cas-Url": f"local://{self.hub.xet_store}", "X-Xet-Access-Token": "xet"}
        facts = {"casUrl": f"local://{self.hub.xet_store}", "accessToken": "xet", "exp": int(time.time()) + 3600}
        self._send(json.dumps(facts).encode(), headers | {"X-Xet-Token-Expiration": str(facts["exp"])})

    # Spaces and jobs.

    def answer_runtime(self, name: str) -> None:
        repository = self._repository("space", name)
        stages = self.hub.stages.get(name, ["RUNNING"])
        stage = stages.pop(0) if len(stages) > 1 else stages[0]
        self._json({"stage": stage, "hardware": {"current": "cpu-basic"}, "sha": repository.branches["main"]})

    def answer_log(self, name: str, log: str) -> None:
        self._repository("space", name, write=True)
        lines = [json.dumps({"data": line + "\n", "timestamp": "2026-01-01T00:00:00Z"}) for line in self.hub.space_logs]
        self._send("".join(f"data: {line}\n\n" for line in lines).encode(), {"Content-Type": "text/event-stream"})

    def answer_set_space(self, name: str, setting: str) -> None:
        self._repository("space", name, write=True)
        wanted = json.loads(self.body) if self.body else {}
        if setting == "secrets":
            self.hub.secrets[wanted["key"]] = wanted["value"]
        self._json({"stage": "BUILDING", "hardware": {"requested": wanted.get("flavor")}})

    def answer_job(self, owner: str) -> None:
        user = self._user()
        if user is None:
            raise RefusalError(401, "Invalid username or password.")
        wanted = json.loads(self.body)
        owned = {"id": "1", "name": owner, "type": "user"}
        facts = {"id": "6f00", "createdAt": "2026-01-01T00:00:00.000Z", "owner": owned, "labels": wanted.get("labels")}
        self._json(facts | {"status": {"stage": "RUNNING", "message": None}, "flavor": wanted["flavor"]})

    # Who may do what, and how answers go out.

    def _token(self) -> str | None:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

    def _user(self) -> str | None:
        token = self._token()
        if token is not None and token not in WHO:
            raise RefusalError(401, "Invalid credentials in Authorization header")
        return WHO.get(token or "")

    def _repository(self, kind: str, name: str, write: bool = False) -> Repository:
        user = self._user()
        repository = self.hub.repositories.get((kind, name))
        if repository is None or (repository.private and user != name.split("/")[0]):
            raise RefusalError(404 if user else 401, "Repository not found", "RepoNotFound")
        if repository.gated and user != name.split("/")[0]:
            raise RefusalError(403 if user else 401, f"Access to model {name} is restricted.", "GatedRepo")
        if write and (self._token() != OWNER or user != name.split("/")[0]):
            raise RefusalError(403 if user else 401, "Forbidden: you must use a write token")
        return repository

    def _commit_of(self, repository: Repository, revision: str) -> str:
        oid = repository.resolve(revision)
        if oid is None:
            raise RefusalError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return oid

    def _files(self, kind: str, name: str, revision: str, write: bool = False) -> tuple[Repository, dict[str, File]]:
        repository = self._repository(kind, name, write)
        return repository, repository.commits[self._commit_of(repository, revision)]

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(json.dumps(value).encode(), {"Content-Type": "application/json"}, status)

    def _send(self, data: bytes, headers: dict[str, str], status: int = 200) -> None:
        if self.fault == "corrupt":
            data = bytes(255 - byte for byte in data[:1000]) + data[1000:]
        self.send_response(status)
        for key, value in (headers | {"Content-Length": str(len(data))}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            said = data[: len(data) // 2] if self.fault in BROKEN else data
            self.request_made.sent = len(said)
            self.wfile.write(said)
        if self.fault in BROKEN:
            self._break_off()

    def _break_off(self) -> None:
        """End the connection in the way that the fault says, half-way through what should have been said."""
        self.close_connection = True
        if self.fault == "stall":
            time.sleep(STALL_SECONDS)
        if self.fault == "reset":
            time.sleep(0.2)  # what was sent arrives first
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


if __name__ == "__main__":
    hub = Hub()
    print(f"export HF_ENDPOINT={hub.endpoint} HF_TOKEN={OWNER} HF_HUB_DISABLE_XET=1   # you are alice", flush=True)
    threading.Event().wait()
