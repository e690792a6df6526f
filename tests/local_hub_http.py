"""How the local Hub speaks: the routes of the Hugging Face Hub's HTTP API that its client uses, and ways to fail."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import struct
import time
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import yaml

from tests.local_hub_state import OWNER, WHO, File, Repository, Request

if TYPE_CHECKING:
    from tests.local_hub import Hub

LARGE = (".safetensors", ".h5", ".png", ".jpg", ".webp")
BROKEN = ("close", "reset", "stall")  # faults that end a connection half-way
STALL_SECONDS = 2.5  # longer than the client waits in the tests


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
    (r"POST /api/spaces/(?P<name>[^/]+/[^/]+)/(?P<setting>hardware|secrets|restart)", "set_space"),
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
        self._json({"name": user, "type": "user", "orgs": [], "auth": {"type": "access_token"}})

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
        private, hardware = wanted.get("visibility") == "private", wanted.get("hardware", "cpu-basic")
        repository = Repository(private=private, hardware=hardware)
        repository.commit({".gitattributes": File(b"*.h5 filter=lfs\n", False)}, "initial commit")
        self.hub.repositories[key] = repository
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
        """Answer with the next of the stages that are prepared; "RUNNING of before" is that of an older commit."""
        repository = self._repository("space", name)
        stages = self.hub.stages.get(name, ["RUNNING"])
        stage, _, before = (stages.pop(0) if len(stages) > 1 else stages[0]).partition(" of ")
        sha = "0" * 40 if before else repository.branches["main"]
        self._json({"stage": stage, "hardware": {"current": repository.hardware}, "sha": sha})

    def answer_log(self, name: str, log: str) -> None:
        self._repository("space", name, write=True)
        lines = [json.dumps({"data": line + "\n", "timestamp": "2026-01-01T00:00:00Z"}) for line in self.hub.space_logs]
        self._send("".join(f"data: {line}\n\n" for line in lines).encode(), {"Content-Type": "text/event-stream"})

    def answer_set_space(self, name: str, setting: str) -> None:
        repository = self._repository("space", name, write=True)
        wanted = json.loads(self.body) if self.body else {}
        if setting == "secrets":
            self.hub.secrets[wanted["key"]] = wanted["value"]
        repository.hardware = wanted.get("flavor", repository.hardware)
        self._json({"stage": "BUILDING", "hardware": {"requested": repository.hardware}})

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
