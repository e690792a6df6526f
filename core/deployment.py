"""Puts an assembled Space on the Hub, and waits until it runs, or says why it does not."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from huggingface_hub import HfApi, SpaceHardware, SpaceRuntime, constants

from core import hub
from core.errors import UserError
from core.hub import Target
from core.hub_errors import HubError, explained, persist
from core.reference import Reference

FREE = "cpu-basic"
POLL_SECONDS = 5.0
PATIENCE = 45 * 60.0  # seconds
LOG_LINES = 20
FAILED = {"NO_APP_FILE", "CONFIG_ERROR", "BUILD_ERROR", "RUNTIME_ERROR", "DELETING", "PAUSED", "STOPPED"}


@dataclass(frozen=True)
class Terms:
    """How a Space is to be run: its hardware, seconds of idleness before it sleeps, names of secrets, who sees it."""

    hardware: str = FREE
    sleep: int | None = None
    secrets: Sequence[str] = ()
    private: bool = False

    def __post_init__(self) -> None:
        if self.sleep is not None and self.hardware == FREE:
            raise UserError(f"--sleep needs paid hardware: {FREE} always sleeps after 48 hours without visitors.")
        if unset := [name for name in self.secrets if not os.environ.get(name)]:
            raise UserError(f"--secret {unset[0]}: set the environment variable {unset[0]} to its value first.")


def deploy(folder: Path, repository: str, terms: Terms) -> str:
    """Put the Space in `folder` on the Hub under `terms`, wait until it runs, and return its address.

    Raises HubError where the Hub refuses, or the Space does not come to run; that message ends in its last log lines.
    """
    api = HfApi()
    with explained(Reference(repository, "main")):
        target = Target(repository, "space", private=terms.private)
        hub.create(target)
        for name in terms.secrets:
            persist(partial(api.add_space_secret, repository, name, os.environ[name]))
        if terms.hardware != FREE:
            flavor = SpaceHardware(terms.hardware)
            persist(lambda: api.request_space_hardware(repository, flavor, sleep_time=terms.sleep))
        commit, _ = hub.upload(folder, target, "Assembled by python -m core space", is_stale=lambda path: True)
        runtime = _wait(api, repository, commit)
        if runtime.stage in FAILED:
            raise HubError(_story(api, repository, runtime))
    return f"{constants.ENDPOINT}/spaces/{repository}"


def _wait(api: HfApi, repository: str, commit: str) -> SpaceRuntime:
    """Return the runtime of a Space once `commit` runs there, or cannot; each new stage is printed."""
    deadline, stage = time.monotonic() + PATIENCE, ""
    while time.monotonic() < deadline:
        runtime = persist(lambda: api.get_space_runtime(repository))
        if runtime.stage != stage:
            stage = runtime.stage
            print(f"{repository}: {stage.lower().replace('_', ' ')}", flush=True)
        if stage in FAILED or (stage == "RUNNING" and runtime.raw.get("sha", commit) == commit):
            return runtime
        time.sleep(POLL_SECONDS)
    raise HubError(f"{repository} is still {stage} after {PATIENCE / 60:.0f} minutes: look at its page on the Hub.")


def _story(api: HfApi, repository: str, runtime: SpaceRuntime) -> str:
    """Return why a Space does not run, with its last log lines."""
    reason = runtime.raw.get("errorMessage") or runtime.stage.lower().replace("_", " ")
    lines = list(api.fetch_space_logs(repository, build=runtime.stage == "BUILD_ERROR"))[-LOG_LINES:]
    return f"{repository} does not run: {reason}. Its last lines:\n{''.join(lines)}".rstrip()
