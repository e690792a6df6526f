"""How the local Hub answers requests about Spaces and jobs: it accepts them, and runs neither."""

from __future__ import annotations

import json

from tests.local_hub.http import Connection, RefusalError


class Spaces(Connection):
    """Answers the requests about Spaces and jobs."""

    def answer_runtime(self, name: str) -> None:
        """Answer with the next of the prepared stages; "RUNNING of before" is the stage of an older commit."""
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
        request = json.loads(self.body) if self.body else {}
        if setting == "secrets":
            self.hub.secrets[request["key"]] = request["value"]
        repository.hardware = request.get("flavor", repository.hardware)
        self._json({"stage": "BUILDING", "hardware": {"requested": repository.hardware}})

    def answer_job(self, owner: str) -> None:
        user = self._user()
        if user is None:
            raise RefusalError(401, "Invalid username or password.")
        request = json.loads(self.body)
        owned = {"id": "1", "name": owner, "type": "user"}
        values = {
            "id": "6f00",
            "createdAt": "2026-01-01T00:00:00.000Z",
            "owner": owned,
            "labels": request.get("labels"),
        }
        self._json(values | {"status": {"stage": "RUNNING", "message": None}, "flavor": request["flavor"]})
