"""Deploys an assembled Space to the Hub, and waits until it runs or fails."""

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
STALE_SECONDS = 90.0  # how long the Hub may report the state of the previous commit
TIMEOUT_SECONDS = 45 * 60.0
LOG_LINES = 20
LONGEST_SLEEP = 30 * 24 * 3600
IDLE_SECONDS = 3600  # before paid hardware sleeps, by default; the Hub's own default is never
RUNNING = {"RUNNING", "SLEEPING"}
SWITCHED_OFF = {"PAUSED", "STOPPED"}
FAILED = {"NO_APP_FILE", "CONFIG_ERROR", "BUILD_ERROR", "RUNTIME_ERROR", "DELETING"}


@dataclass(frozen=True)
class SpaceSettings:
    """How a Space runs.

    Attributes:
        hardware: its name on the Hub; None keeps what the Space has.
        sleep: seconds without visitors after which paid hardware sleeps; -1 means never.
        secrets: names of environment variables to pass on to the Space.
        private: whether the Space is private if it is created.
    """

    hardware: str | None = None
    sleep: int | None = None
    secrets: Sequence[str] = ()
    private: bool = False

    def __post_init__(self) -> None:
        if self.hardware is not None:
            variant_of(self.hardware)  # raises UserError if it is unknown
        if self.sleep is not None and not self.is_paid:
            raise UserError(f"--sleep needs paid --hardware: {FREE} always sleeps after 48 hours without visitors.")
        if self.sleep is not None and (self.sleep < -1 or self.sleep == 0 or self.sleep > LONGEST_SLEEP):
            raise UserError(f"--sleep is {self.sleep}: use seconds, up to {LONGEST_SLEEP}, or -1 for never.")
        if wrong := [name for name in self.secrets if not re.fullmatch(r"[A-Za-z_]\w*", name)]:
            name = wrong[0].partition("=")[0]  # what follows may be the secret itself
            raise UserError(f"--secret {name!r}: give only the name of an environment variable, never its value.")
        if unset := [name for name in self.secrets if not os.environ.get(name)]:
            raise UserError(f"--secret {unset[0]}: set the environment variable {unset[0]} to its value first.")

    @property
    def is_paid(self) -> bool:
        """Whether the hardware costs money by the hour."""
        return self.hardware is not None and self.hardware != FREE and variant_of(self.hardware) is not Variant.ZERO

    @property
    def idle_seconds(self) -> int | None:
        """The seconds without visitors after which the hardware sleeps; -1 means never, None the Hub's default."""
        return (self.sleep or IDLE_SECONDS) if self.is_paid else None


def current_hardware(repository: str) -> str | None:
    """Return the hardware of the Space `repository`, or None if the Space does not exist."""
    with translate_errors(Reference(repository, client.MAIN)):
        try:
            runtime = retry(lambda: HfApi().get_space_runtime(repository))
        except RepositoryNotFoundError:
            return None
    return runtime.requested_hardware or runtime.hardware


def refuse_private_weights(repositories: Sequence[str], settings: SpaceSettings) -> None:
    """Raise UserError if one of `repositories` is private and the Space gets no token to read it."""
    for repository in repositories:
        with translate_errors(Reference(repository, client.MAIN)):
            info = retry(partial(HfApi().repo_info, repository))
        if info.private and "HF_TOKEN" not in settings.secrets:
            raise UserError(f"{repository} is private, so the Space cannot read it: add --secret HF_TOKEN.")


def deploy(folder: Path, repository: str, settings: SpaceSettings) -> str:
    """Upload the Space in `folder`, wait until it runs, and return its URL.

    Args:
        folder: an assembled Space.
        repository: owner/name, created if it does not exist.
        settings: how it runs.

    Raises:
        HubError: if the Hub refuses, or the Space fails; then the message ends with its last log lines.
    """
    api = HfApi()
    hardware = SpaceHardware(settings.hardware) if settings.hardware else None
    target = Target(repository, "space", private=settings.private, hardware=hardware, sleep=settings.idle_seconds)
    with translate_errors(Reference(repository, client.MAIN)):
        client.create(target)
        for name in settings.secrets:
            retry(partial(api.add_space_secret, repository, name, os.environ[name]))
        if hardware:
            sleep = f", sleeps after {settings.idle_seconds} s without visitors" if settings.is_paid else ""
            print(f"{repository}: on {settings.hardware}{sleep}", flush=True)
            retry(lambda: api.request_space_hardware(repository, hardware, sleep_time=settings.idle_seconds))
        commit, _ = client.upload(folder, target, "Assembled by python -m core space", is_stale=lambda path: True)
        runtime = _wait(api, repository, commit)
        if runtime.stage not in RUNNING:
            raise HubError(_failure_reason(api, repository, runtime))
    return f"{constants.ENDPOINT}/spaces/{repository}"


def _wait(api: HfApi, repository: str, commit: str) -> SpaceRuntime:
    """Print each new stage of a Space; return its runtime once `commit` runs or has failed."""
    start, stage, is_restarted = time.monotonic(), "", False
    while time.monotonic() < start + TIMEOUT_SECONDS:
        runtime = retry(lambda: api.get_space_runtime(repository))
        if runtime.stage != stage:
            stage = runtime.stage
            print(f"{repository}: {stage.lower().replace('_', ' ')}", flush=True)
        if stage in SWITCHED_OFF and not is_restarted:
            retry(lambda: api.restart_space(repository))
            is_restarted = True
        elif stage in RUNNING | FAILED | SWITCHED_OFF:
            is_current = runtime.raw.get("sha") == commit
            if is_current or time.monotonic() > start + STALE_SECONDS:
                return runtime
        time.sleep(POLL_SECONDS)
    raise HubError(f"{repository} is still {stage} after {TIMEOUT_SECONDS / 60:.0f} minutes: see its page on the Hub.")


def _failure_reason(api: HfApi, repository: str, runtime: SpaceRuntime) -> str:
    """Return why a Space does not run, with its last log lines if they can be read."""
    reason = runtime.raw.get("errorMessage") or runtime.stage.lower().replace("_", " ")
    try:
        lines = list(api.fetch_space_logs(repository, build=runtime.stage == "BUILD_ERROR"))[-LOG_LINES:]
    except Exception as error:  # report the reason even without the log
        lines = [f"(the log cannot be read: {type(error).__name__})"]
    log = f" The last lines of its log:\n{''.join(lines)}" if lines else ""
    return f"{repository} does not run: {reason}.{log}".rstrip()
