"""How the local Hub answers reads: repositories, references, files, also by Xet."""

from __future__ import annotations

import json
import re
import time
import urllib.parse

from tests.local_hub.http import Connection, RefusalError


class Downloads(Connection):
    """Answers the requests that read a repository."""

    def answer_info(self, kind: str, name: str, revision: str = "main") -> None:
        repository = self._repository(kind, name)
        oid = self._commit_of(repository, revision)
        siblings = [{"rfilename": path} for path in repository.commits[oid]]
        values = {"id": name, "modelId": name, "sha": oid, "private": repository.private, "siblings": siblings}
        self._json(values | {"tags": [], "downloads": 0, "likes": 0})

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
        paths = urllib.parse.parse_qs(self.body.decode()).get("paths") or json.loads(self.body)["paths"]
        self._json([files[path].as_json(path, self.hub.xet_hashes) for path in paths if path in files])

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
        if span := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(span[1]), int(span[2] or len(data) - 1)
            return self._send(data[first : last + 1], {"Content-Range": f"bytes {first}-{last}/{len(data)}"}, 206)
        return self._send(data, {})

    def answer_xet_token(self, kind: str, name: str, revision: str) -> None:
        self._repository(kind, name)
        headers = {"X-Xet-Cas-Url": f"local://{self.hub.xet_store}", "X-Xet-Access-Token": "xet"}
        values = {"casUrl": f"local://{self.hub.xet_store}", "accessToken": "xet", "exp": int(time.time()) + 3600}
        self._send(json.dumps(values).encode(), headers | {"X-Xet-Token-Expiration": str(values["exp"])})
