"""A check under every backend of Keras that is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from core.contract import apart, outcome
from core.contract.apart import Job
from core.contract.breach import require_none
from core.registry import Record

BACKENDS = ("tensorflow", "jax", "torch")
PROGRAM = """
from core import registry, verbs
from core.networks import checkpoint
record = registry.find(sys.argv[1])
for name in record.ready_manifest.checkpoints:
    folder = record.folder / "weights" / name
    if folder.exists():
        checkpoint.check(folder, verbs.import_module_of(record, "model"))
open(sys.argv[2], "w").write("done")
"""


def loads_under_each_backend(record: Record) -> None:
    """The bundled checkpoints fit their networks under every backend of Keras that is installed."""
    require_none(filter(None, (_fault_under(job) for job in jobs(record))))


def jobs(record: Record) -> Iterator[Job]:
    """Yield the programs that load a plugin's checkpoints under the backends that this process does not use."""
    ours = sys.modules["keras"].backend.backend() if "keras" in sys.modules else os.environ.get("KERAS_BACKEND")
    for name in BACKENDS:
        if name != (ours or BACKENDS[0]) and find_spec(name):
            yield Job(PROGRAM, record.folder, name)


def _fault_under(job: Job) -> str:
    problem = outcome.of_ended(apart.run(job), job.folder)
    return problem and f"under {job.backend}: {problem}"
