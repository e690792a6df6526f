"""Puts an assembled Space on the Hub, and waits until it runs, or says why it does not."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from huggingface_hub import HfApi, SpaceHardware, SpaceRuntime, constants
from huggingface_hub.errors import RepositoryNotFoundError

from core.errors import HubError, UserError
from core.hub import client
from core.hub.client import Target
from core.hub.errors import retry, translate_errors
from core.hub.reference import Reference
from core.publish.space import FREE, Variant, variant_of

POLL_SECONDS = 5.0
STALE_SECONDS = (
    90.0  # seconds that the Hub may take to notice a commit; what it says of a Space before is of the one before
)
TIMEOUT_SECONDS = 45 * 60.0  # seconds
LOG_LINES = 20
LONGEST_SLEEP = 30 * 24 * 3600
IDLE_SECONDS = 3600  # before paid hardware sleeps, unless told otherwise: the Hub's own default is never
RUNNING = {"RUNNING", "SLEEPING"}
SWITCHED_OFF = {"PAUSED", "STOPPED"}
FAILED = {"NO_APP_FILE", "CONFIG_ERROR", "BUILD_ERROR", "RUNTIME_ERROR", "DELETING"}


@dataclass(frozen=True)
class SpaceSettings:
    """How a Space is to be run: its hardware, seconds of idleness before it sleeps, names of secrets, who sees it."""

    hardware: str | None = None
    sleep: int | None = None
    secrets: Sequence[str] = ()
    private: bool = False

    def __post_init__(self) -> None:
        if self.hardware is not None:
            variant_of(self.hardware)  # raises for what the Hub does not have
        if self.sleep is not None and not self.is_paid:
            raise UserError(f"--sleep needs paid --hardware: {FREE} always sleeps after 48 hours without visitors.")
        if self.sleep is not None and (self.sleep < -1 or self.sleep == 0 or self.sleep > LONGEST_SLEEP):
            raise UserError(f"--sleep is {self.sleep}: use seconds, up to {LONGEST_SLEEP}, or -1 for never.")
        if wrong := [name for name in self.secrets if not re.fullmatch(r"[A-Za-z_]\w*", name)]:
            name = wrong[0].partition("=")[0]  # behind it may stand the secret itself
            raise UserError(f"--secret {name!r} takes the name of an environment variable alone, never its value.")
        if unset := [name for name in self.secrets if not os.environ.get(name)]:
            raise UserError(f"--secret {unset[0]}: set the environment variable {unset[0]} to its value first.")

    @property
    def is_paid(self) -> bool:
        """Whether hardware is asked for that costs money by the hour."""
        return self.hardware is not None and self.hardware != FREE and variant_of(self.hardware) is not Variant.ZERO

    @property
    def idle_seconds(self) -> int | None:
        """How long the hardware that is asked for stays awake without visitors; -1 is for ever."""
        return (self.sleep or IDLE_SECONDS) if self.is_paid else None


def current_hardware(repository: str) -> str | None:
    """Return the hardware of the Space `repository`, or None if there is none yet."""
    with translate_errors(Reference(repository, client.MAIN)):
        try:
            runtime = retry(lambda: HfApi().get_space_runtime(repository))
        except RepositoryNotFoundError:
            return None
    return runtime.requested_hardware or runtime.hardware


def refuse_private_weights(repositories: Sequence[str], terms: SpaceSettings) -> None:
    """Raise UserError where a Space would need weights that it may not read."""
    for repository in repositories:
        with translate_errors(Reference(repository, client.MAIN)):
            info = retry(partial(HfApi().repo_info, repository))
        if info.private and "HF_TOKEN" not in terms.secrets:
            raise UserError(f"{repository} is private, so the Space cannot read it: add --secret HF_TOKEN.")


def deploy(folder: Path, repository: str, terms: SpaceSettings) -> str:
    """Put the Space in `folder` on the Hub under `terms`, wait until it runs, and return its address.

    Raises HubError where the Hub refuses, or the Space does not come to run; that message ends in its last log lines.
    """
    api = HfApi()
    hardware = SpaceHardware(terms.hardware) if terms.hardware else None
    target = Target(repository, "space", private=terms.private, hardware=hardware, sleep=terms.idle_seconds)
    with translate_errors(Reference(repository, client.MAIN)):
        client.create(target)
        for name in terms.secrets:
            retry(partial(api.add_space_secret, repository, name, os.environ[name]))
        if hardware:
            slept = f", asleep after {terms.idle_seconds} s without visitors" if terms.is_paid else ""
            print(f"{repository}: on {terms.hardware}{slept}", flush=True)
            retry(lambda: api.request_space_hardware(repository, hardware, sleep_time=terms.idle_seconds))
        commit, _ = client.upload(folder, target, "Assembled by python -m core space", is_stale=lambda path: True)
        runtime = _wait(api, repository, commit)
        if runtime.stage not in RUNNING:
            raise HubError(_failure_reason(api, repository, runtime))
    return f"{constants.ENDPOINT}/spaces/{repository}"


def _wait(api: HfApi, repository: str, commit: str) -> SpaceRuntime:
    """Return the runtime of a Space once `commit` runs there, or cannot; each new stage is printed."""
    began, stage, restarted = time.monotonic(), "", False
    while time.monotonic() < began + TIMEOUT_SECONDS:
        runtime = retry(lambda: api.get_space_runtime(repository))
        if runtime.stage != stage:
            stage = runtime.stage
            print(f"{repository}: {stage.lower().replace('_', ' ')}", flush=True)
        if stage in SWITCHED_OFF and not restarted:
            retry(lambda: api.restart_space(repository))
            restarted = True
        elif stage in RUNNING | FAILED | SWITCHED_OFF:
            is_ours = runtime.raw.get("sha") == commit
            if is_ours or time.monotonic() > began + STALE_SECONDS:
                return runtime
        time.sleep(POLL_SECONDS)
    raise HubError(
        f"{repository} is still {stage} after {TIMEOUT_SECONDS / 60:.0f} minutes: look at its page on the Hub."
    )


def _failure_reason(api: HfApi, repository: str, runtime: SpaceRuntime) -> str:
    """Return why a Space does not run, with its last log lines if they can be had."""
    reason = runtime.raw.get("errorMessage") or runtime.stage.lower().replace("_", " ")
    try:
        lines = list(api.fetch_space_logs(repository, build=runtime.stage == "BUILD_ERROR"))[-LOG_LINES:]
    except Exception as error:  # the reason is worth more than its story
        lines = [f"(the log cannot be read: {type(error).__name__})"]
    story = f" Its last lines:\n{''.join(lines)}" if lines else ""
    return f"{repository} does not run: {reason}.{story}".rstrip()
