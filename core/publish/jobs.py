"""Trains a plugin on the Hub's machines (https://huggingface.co/docs/hub/jobs) and pushes the result.

The code is uploaded to the branch `source` of the repository that the weights go to, and mounted into the job at that
commit. A data set on the Hub can be mounted at /data. A training in several processes is one job for each, in a network
group of their own; only the first pushes.
"""

from __future__ import annotations

import dataclasses
import os
import re
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, JobHardware, JobInfo, Volume, get_token

from core.errors import HubError, UserError, check_range
from core.hub import client, reference
from core.hub.client import Target
from core.hub.errors import LOGIN, translate_errors
from core.hub.reference import REPOSITORY_PATTERN, Reference
from core.publish import bundle
from core.registry import Record
from core.training import distribution

BRANCH = "source"
DATA = "/data"
IMAGE = "python:3.12"
JAX_ON_GPU = "jax[cuda12]"
MAX_PROCESSES = 64
LONGEST_IN_GROUP = 24  # letters of a plugin's name in that of a network group, which has 46 at most
SCRIPT = """\
set -euo pipefail
cp -r /source /work
cd /work
pip install --quiet "${@:5:$4}"
if [ -n "${DARKROOM_PROCESSES:-}" ]; then export DARKROOM_COORDINATOR="${HF_NETWORK_GROUP_PREFIX}coordinator:8476"; fi
python -m core train "$1" "${@:5+$4}"
if [ "${DARKROOM_PROCESS_ID:-0}" != 0 ]; then exit; fi  # the first process has the result
python -m core push "$1" --repo "$2" --checkpoint "$3" --local || {
    hf upload "$2" runs runs --revision source   # keep the result of a paid job
    exit 1
}
"""  # $1 plugin, $2 repository, $3 checkpoint, $4 number of pip arguments, the pip arguments, the flags of the training


@dataclass(frozen=True)
class JobSpec:
    """A training job.

    Attributes:
        repository: owner/name that the checkpoint is pushed to.
        flavor: the machine, by its name on the Hub.
        timeout: after which the job is stopped, such as "90m" or "2h".
        dataset: owner/name or owner/name@revision of a data set to mount at /data.
        private: whether the repository is private if it is created.
        processes: how many train together, each in a job of its own.
    """

    repository: str
    flavor: str = "a10g-small"
    timeout: str = "2h"
    dataset: str | None = None
    private: bool = False
    processes: int = 1

    def __post_init__(self) -> None:
        check_range("--processes", self.processes, 1, MAX_PROCESSES)
        known = [item.value for item in JobHardware]
        if self.flavor not in known:
            raise UserError(f"--flavor {self.flavor!r} is unknown: the Hub has {', '.join(known)}.")
        if not re.fullmatch(r"(?=.*[1-9])[0-9]{1,6}(\.[0-9]+)?[smhd]", self.timeout):
            raise UserError(f"--timeout {self.timeout!r} is not a duration: write 90m, 2h or 1d.")
        if self.dataset is not None and not re.fullmatch(rf"{REPOSITORY_PATTERN}(@[\w./-]+)?", self.dataset):
            raise UserError(f"--dataset {self.dataset!r} is not a data set: write owner/name or owner/name@revision.")


def describe(
    record: Record, spec: JobSpec, checkpoint: str, arguments: Sequence[str], commit: str
) -> list[dict[str, Any]]:
    """Return the arguments of `huggingface_hub.run_job` for each job of a training, without the token.

    Args:
        record: the plugin to train.
        spec: the job.
        checkpoint: the checkpoint that is trained.
        arguments: the command-line flags of the training.
        commit: the commit of the code in the repository.
    """
    pip = [*_requirements(spec), *record.ready_manifest.requires]
    words = [record.name, spec.repository, checkpoint, str(len(pip)), *pip, *arguments]
    source = Volume(type="model", source=spec.repository, mount_path="/source", revision=commit, read_only=True)
    job = {
        "image": IMAGE,
        "command": ["bash", "-c", SCRIPT, "train", *words],
        "flavor": spec.flavor,
        "timeout": spec.timeout,
        "volumes": [source, *_data_volumes(spec)],
        "labels": {"darkroom": record.name},
    }
    return [job] if spec.processes == 1 else [job | each for each in _connections(record, spec)]


def _requirements(spec: JobSpec) -> list[str]:
    """Return what pip is to install: TensorFlow for one process, JAX for several, either for the job's machine."""
    has_gpu = not spec.flavor.startswith("cpu")
    if spec.processes > 1:
        return ["-r", "requirements-jax.txt", *([JAX_ON_GPU] if has_gpu else [])]
    return ["-r", "requirements-gpu.txt" if has_gpu else "requirements.txt"]


def _connections(record: Record, spec: JobSpec) -> list[dict[str, Any]]:
    """Return how each of several jobs finds the others: they reach the first one by its alias in their group."""
    group = f"darkroom-{record.name.replace('_', '-')[:LONGEST_IN_GROUP]}-{secrets.token_hex(4)}"
    names = distribution.VARIABLES
    return [
        {
            "env": {names["processes"]: str(spec.processes), names["process_id"]: str(index)},
            "network_group": group,
            "network_aliases": [] if index else ["coordinator"],
        }
        for index in range(spec.processes)
    ]


def submit(record: Record, spec: JobSpec, checkpoint: str, arguments: Sequence[str]) -> list[JobInfo]:
    """Upload the code, start the jobs, and return the Hub's description of each; see `describe` for the arguments.

    If one is refused, those that were started before it are canceled.

    Raises:
        HubError: if nobody is logged in, or the Hub refuses.
    """
    token = get_token()  # passed to the job as a secret, because the job pushes the result
    if token is None:
        raise HubError(f"a job pushes what it trained, which requires a token: {LOGIN}.")
    target = Target(spec.repository, branch=BRANCH, private=spec.private)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bundle.write([record], folder)
        commit, _ = client.upload(folder, target, f"The code that trains {record.name}", is_stale=lambda path: True)
    hub, started = HfApi(), list[JobInfo]()
    with translate_errors(Reference(spec.repository, commit)):
        try:
            for job in describe(record, spec, checkpoint, arguments, commit):
                started.append(hub.run_job(**job, secrets={"HF_TOKEN": token}))
        except BaseException:
            for each in started:
                hub.cancel_job(job_id=each.id, namespace=each.owner.name)
            raise
    return started


def refuse_local_paths(config: Any, spec: JobSpec) -> None:
    """Raise UserError if a path in `config`, a plugin's `Config`, does not exist on the job's machine."""
    for field in dataclasses.fields(config):
        value, flag = getattr(config, field.name), f"--{field.name.replace('_', '-')}"
        if isinstance(value, Path) and (spec.dataset is None or not Path(os.path.normpath(value)).is_relative_to(DATA)):
            raise UserError(
                f"{flag} is {str(value)!r}, which does not exist on the job's machine: put it into a data set on the "
                f"Hub, name that by --dataset owner/name, and write {flag} {DATA}/…; or write {flag} None, if it is "
                "not needed."
            )


def _data_volumes(spec: JobSpec) -> list[Volume]:
    if spec.dataset is None:
        return []
    place = reference.parse(spec.dataset) or Reference(spec.dataset, client.MAIN)
    return [Volume(type="dataset", source=place.repository, mount_path=DATA, revision=place.revision, read_only=True)]
