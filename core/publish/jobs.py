"""Trains a plugin on the Hub's machines (https://huggingface.co/docs/hub/jobs), and pushes what comes out.

The code that trains is uploaded to the branch `source` of the repository that the weights go to, and mounted into the
job at the very commit; a data set on the Hub can be mounted at /data.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, JobHardware, JobInfo, Volume, get_token

from core.errors import HubError, UserError
from core.hub import client, reference
from core.hub.client import Target
from core.hub.errors import LOGIN, translate_errors
from core.hub.reference import REPOSITORY_PATTERN, Reference
from core.publish import bundle
from core.registry import Record

BRANCH = "source"
DATA = "/data"
IMAGE = "python:3.12"
SCRIPT = """\
set -euo pipefail
cp -r /source /work
cd /work
pip install --quiet "${@:5:$4}"
python -m core train "$1" "${@:5+$4}"
python -m core push "$1" --repo "$2" --checkpoint "$3" --local || {
    hf upload "$2" runs runs --revision source   # what was paid for is not lost
    exit 1
}
"""  # $1 the plugin, $2 the repository, $3 the checkpoint, $4 how many words for pip follow; then the training's flags


@dataclass(frozen=True)
class JobSpec:
    """What is to be trained where: the plugin's repository, the machine, for how long, on which data set."""

    repository: str
    flavor: str = "a10g-small"
    timeout: str = "2h"
    dataset: str | None = None
    private: bool = False

    def __post_init__(self) -> None:
        known = [item.value for item in JobHardware]
        if self.flavor not in known:
            raise UserError(f"--flavor {self.flavor!r} is unknown: the Hub has {', '.join(known)}.")
        if not re.fullmatch(r"(?=.*[1-9])[0-9]{1,6}(\.[0-9]+)?[smhd]", self.timeout):
            raise UserError(f"--timeout {self.timeout!r} is no duration: write 90m, 2h or 1d.")
        if self.dataset is not None and not re.fullmatch(rf"{REPOSITORY_PATTERN}(@[\w./-]+)?", self.dataset):
            raise UserError(f"--dataset {self.dataset!r} names no data set: write owner/name or owner/name@revision.")


def describe(record: Record, order: JobSpec, checkpoint: str, arguments: Sequence[str], commit: str) -> dict[str, Any]:
    """Return what is submitted, as the arguments of `huggingface_hub.run_job`, but for the token.

    `checkpoint` is the one that is trained, by `arguments`, with the code at `commit`.
    """
    pip = ["-r", "requirements.txt" if order.flavor.startswith("cpu") else "requirements-gpu.txt"]
    pip += record.ready_manifest.requires
    words = [record.name, order.repository, checkpoint, str(len(pip)), *pip, *arguments]
    source = Volume(type="model", source=order.repository, mount_path="/source", revision=commit, read_only=True)
    return {
        "image": IMAGE,
        "command": ["bash", "-c", SCRIPT, "train", *words],
        "flavor": order.flavor,
        "timeout": order.timeout,
        "volumes": [source, *_data(order)],
        "labels": {"darkroom": record.name},
    }


def submit(record: Record, order: JobSpec, checkpoint: str, arguments: Sequence[str]) -> JobInfo:
    """Upload the code, start the job, and return what the Hub says of it. Raises HubError where it refuses."""
    token = get_token()  # the job pushes what it trained; it gets this as a secret, and nothing else does
    if token is None:
        raise HubError(f"a job must be able to push what it trained: {LOGIN}.")
    target = Target(order.repository, branch=BRANCH, private=order.private)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bundle.write([record], folder)
        commit, _ = client.upload(folder, target, f"The code that trains {record.name}", is_stale=lambda path: True)
    job = describe(record, order, checkpoint, arguments, commit)
    with translate_errors(Reference(order.repository, commit)):
        return HfApi().run_job(**job, secrets={"HF_TOKEN": token})


def refuse_other_paths(config: Any, order: JobSpec) -> None:
    """Raise UserError for a path in `config` that the job's machine will not have."""
    for field in dataclasses.fields(config):
        value, flag = getattr(config, field.name), f"--{field.name.replace('_', '-')}"
        if isinstance(value, Path) and (
            order.dataset is None or not Path(os.path.normpath(value)).is_relative_to(DATA)
        ):
            raise UserError(
                f"{flag} is {str(value)!r}, which the job's machine has not: put it into a data set on the Hub, name "
                f"that by --dataset owner/name, and write {flag} {DATA}/…; or {flag} None, if it is not needed."
            )


def _data(order: JobSpec) -> list[Volume]:
    if order.dataset is None:
        return []
    place = reference.parse(order.dataset) or Reference(order.dataset, client.MAIN)
    return [Volume(type="dataset", source=place.repository, mount_path=DATA, revision=place.revision, read_only=True)]
