"""Trains a plugin on the Hub's machines (https://huggingface.co/docs/hub/jobs), and pushes what comes out.

The code that trains is uploaded to the branch `source` of the repository that the weights go to, and mounted into the
job at the very commit; a data set on the Hub can be mounted at /data.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, JobHardware, JobInfo, Volume, get_token

from core import bundle, hub, reference
from core.errors import UserError
from core.hub import Target
from core.hub_errors import LOGIN, HubError, explained
from core.reference import Reference
from core.registry import Record

BRANCH = "source"
DATA = "/data"
IMAGE = "python:3.12"
SCRIPT = """\
set -euo pipefail
cp -r /source /work
cd /work
pip install --quiet "${@:4:$3}"
python -m core train "$1" "${@:4+$3}"
python -m core push "$1" --repo "$2" --local
"""  # $1 the plugin, $2 the repository, $3 how many words for pip follow, then those, then the flags of the training


@dataclass(frozen=True)
class Order:
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
        if not (self.timeout[:-1].replace(".", "", 1).isdigit() and self.timeout[-1] in "smhd"):
            raise UserError(f"--timeout {self.timeout!r} is no duration: write 90m, 2h or 1d.")


def describe(record: Record, order: Order, arguments: Sequence[str], commit: str) -> dict[str, Any]:
    """Return what is submitted, as the arguments of `huggingface_hub.run_job`, but for the token."""
    pip = ["-r", "requirements.txt" if order.flavor.startswith("cpu") else "requirements-gpu.txt"]
    pip += record.facts.requires
    words = [record.name, order.repository, str(len(pip)), *pip, *arguments]
    source = Volume(type="model", source=order.repository, mount_path="/source", revision=commit, read_only=True)
    return {
        "image": IMAGE,
        "command": ["bash", "-c", SCRIPT, "train", *words],
        "flavor": order.flavor,
        "timeout": order.timeout,
        "volumes": [volume.to_dict() for volume in (source, *_data(order))],
        "labels": {"darkroom": record.name},
    }


def submit(record: Record, order: Order, arguments: Sequence[str]) -> JobInfo:
    """Upload the code, start the job, and return what the Hub says of it. Raises HubError where it refuses."""
    token = get_token()
    if token is None:
        raise HubError(f"a job must be able to push what it trained: {LOGIN}.")
    target = Target(order.repository, branch=BRANCH, private=order.private)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bundle.write([record], folder)
        commit, _ = hub.upload(folder, target, f"The code that trains {record.name}", is_stale=lambda path: True)
    job = describe(record, order, arguments, commit)
    volumes = [Volume(**volume) for volume in job.pop("volumes")]
    with explained(Reference(order.repository, commit)):
        return HfApi().run_job(**job, volumes=volumes, secrets={"HF_TOKEN": token})


def refuse_local_paths(config: Any) -> None:
    """Raise UserError for a path in `config` that is there on this machine, where the job cannot read it."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if isinstance(value, Path) and value.exists():
            raise UserError(
                f"--{field.name.replace('_', '-')} {str(value)!r} is on this machine, not on the job's: put it into a "
                f"data set on the Hub, name that by --dataset owner/name, and write {DATA}/… here."
            )


def _data(order: Order) -> list[Volume]:
    if order.dataset is None:
        return []
    place = reference.parse(order.dataset) or Reference(order.dataset, "main")
    revision = {"revision": place.revision}
    return [Volume(type="dataset", source=place.repository, mount_path=DATA, read_only=True, **revision)]
