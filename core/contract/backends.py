"""A check under every backend of Keras that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import keras

from core.contract.breach import last_place, require_none
from core.registry import Record

BACKENDS = ("tensorflow", "jax", "torch")
PROGRAM = """
import sys
from pathlib import Path
from core import registry, verbs
from core.networks import checkpoint
record = registry.find(sys.argv[1])
for name in record.ready_manifest.checkpoints:
    folder = record.folder / "weights" / name
    if folder.exists():
        checkpoint.load(folder, verbs.import_module_of(record, "model"))
"""


def loads_under_each_backend(record: Record) -> None:
    """The bundled checkpoints load under every backend of Keras that is installed."""
    others = [name for name in BACKENDS if name != keras.backend.backend() and find_spec(name)]
    require_none(filter(None, (_fault_under(name, record) for name in others)))


def _fault_under(backend: str, record: Record) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(record.folder)],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    if not ended.returncode:
        return ""
    last = (ended.stderr.strip() or f"exit status {ended.returncode}").splitlines()[-1]
    return f"under {backend}: " + ": ".join(filter(None, [last_place(ended.stderr, record.folder), last]))
