"""How the local Hub answers a push, in the order of its requests: create, upload, commit, tag."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import yaml

from tests.local_hub.http import Connection, RefusalError
from tests.local_hub.state import OWNER, File, Repository

LARGE = (".safetensors", ".h5", ".png", ".jpg", ".webp")


class Uploads(Connection):
    """Answers the requests of a push."""

    def answer_whoami(self) -> None:
        user = self._user()
        if user is None:
            raise RefusalError(401, "Invalid username or password.")
        self._json({"name": user, "type": "user", "orgs": [], "auth": {"type": "access_token"}})

    def answer_validate_yaml(self) -> None:
        content = json.loads(self.body)["content"]
        try:
            values = yaml.safe_load(content.split("---")[1]) if content.startswith("---") else None
        except yaml.YAMLError as error:
            return self._json({"errors": [{"message": str(error)}], "warnings": []}, 400)
        if not isinstance(values, dict):
            return self._json({"errors": [], "warnings": [{"message": "empty or missing yaml metadata"}]})
        known = {None, "gradio", "docker", "static"}
        errors = [] if values.get("sdk") in known else [{"message": '"sdk" must be one of [gradio, docker, static]'}]
        if len(values.get("short_description", "")) > 60:
            errors.append({"message": '"short_description" length must be at most 60 characters'})
        return self._json({"errors": errors, "warnings": []}, 400 if errors else 200)

    def answer_create(self) -> None:
        request = json.loads(self.body)
        user = self._user()
        name = f"{request.get('organization') or user}/{request['name']}"
        if user is None:
            raise RefusalError(401, "Invalid username or password.")
        if self._token() != OWNER or not name.startswith(f"{user}/"):
            raise RefusalError(
                403, f"You don't have the rights to create a model under the namespace {name.split('/')[0]}"
            )
        key = request.get("type") or "model", name
        url = f"{self.hub.endpoint}/{'' if key[0] == 'model' else key[0] + 's/'}{name}"
        if key in self.hub.repositories:
            raise RefusalError(409, "You already created this model repo", url=url)
        private, hardware = request.get("visibility") == "private", request.get("hardware", "cpu-basic")
        repository = Repository(private=private, hardware=hardware)
        repository.commit({".gitattributes": File(b"*.h5 filter=lfs\n", False)}, "initial commit")
        self.hub.repositories[key] = repository
        self._json({"url": url, "id": name})

    def answer_preupload(self, kind: str, name: str, revision: str) -> None:
        files = self._files(kind, name, revision, write=True)[1]
        names = json.loads(self.body)["files"]
        self._json({"files": [self._upload_mode(files, item["path"]) for item in names]})

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
        request = json.loads(self.body)
        if len(self.hub.uploads.get(request["oid"], b"")) != request["size"]:
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
