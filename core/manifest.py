"""The manifest of a plugin, `plugin.toml`: what is known about it without importing Keras, Gradio or the plugin."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import UserError
from core.hub.reference import REPOSITORY_PATTERN

FILE = "plugin.toml"
ENCODING = "utf-8-sig"  # with or without the byte-order mark that editors on Windows write
API = (1, 2)  # version of the plugin contract that this suite supports: major, minor
SHA256 = r"^[0-9a-f]{64}$"
Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class ManifestError(UserError):
    """A `plugin.toml` that cannot be read; the message names the field and the remedy."""


class Pin(BaseModel):
    """The exact files of a checkpoint on the Hub. Empty for a checkpoint that is only bundled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: str | None = Field(default=None, pattern=r"^[0-9a-f]{40}$", description="full commit")
    size: int | None = Field(default=None, gt=0, lt=10**12, description="bytes of model.safetensors")
    sha256: str | None = Field(default=None, pattern=SHA256, description="of model.safetensors")
    metadata_sha256: str | None = Field(default=None, pattern=SHA256, description="of checkpoint.json")

    @model_validator(mode="after")
    def _is_complete(self) -> Pin:
        if len(given := self.model_dump(exclude_none=True)) not in (0, len(type(self).model_fields)):
            raise ValueError(f"a pin is complete or empty, this one has only {', '.join(given)}: push again")
        return self


NO_PIN = Pin()


class Manifest(BaseModel):
    """The content of `plugin.toml`. The first checkpoint is the default one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api: str = Field(pattern=r"^\d+\.\d+$", description='version of the plugin contract, such as "1.0"')
    title: str = Field(min_length=1, max_length=40)
    summary: str = Field(min_length=1, max_length=160, description="one sentence for the home page: what the demo does")
    technique: str = Field("", max_length=200, description="one sentence for the home page: what the technique is")
    order: int | None = Field(None, description="position on the home page and in the menu; without one, at the end")
    requires: tuple[str, ...] = Field((), description="packages beyond the suite's own, as pip requirements")
    enabled: bool = True
    isolate: bool = Field(False, description="run its verbs in a process of their own, which may hang or crash")
    not_repeatable: tuple[str, ...] = Field((), description="verbs that a cluster must not run twice for one call")
    precision: Precision = Field("float32", description="used by the verbs on devices where it is faster")
    repository: str | None = Field(default=None, pattern=f"^{REPOSITORY_PATTERN}$", description="owner/name on the Hub")
    checkpoints: dict[str, Pin] = Field(min_length=1)

    @field_validator("checkpoints")
    @classmethod
    def _names_are_snake_case(cls, checkpoints: dict[str, Pin]) -> dict[str, Pin]:
        for name in checkpoints:
            if not NAME.fullmatch(name):
                raise ValueError(f"checkpoint {name!r} is not in snake_case")
        return checkpoints

    @model_validator(mode="after")
    def _pins_have_repository(self) -> Manifest:
        if self.repository is None and any(pin.revision for pin in self.checkpoints.values()):
            raise ValueError("checkpoints are pinned, but repository is missing: push again")
        return self

    @property
    def default_checkpoint(self) -> str:
        """The checkpoint that a verb uses when none is named."""
        return next(iter(self.checkpoints))

    @property
    def pinned(self) -> dict[str, Pin]:
        """The pins of the checkpoints that are on the Hub, by checkpoint."""
        return {name: pin for name, pin in self.checkpoints.items() if self.repository and pin.revision}

    def path_on_hub(self, checkpoint: str) -> str:
        """Return the folder of a checkpoint in the plugin's repository, with a trailing slash.

        The default checkpoint is at the root of the repository: its folder is the empty string.
        """
        return "" if checkpoint == self.default_checkpoint else f"checkpoints/{checkpoint}/"

    @property
    def compatible(self) -> bool:
        """Whether this suite can run the plugin: the same major version, and a minor version it supports."""
        major, minor = map(int, self.api.split("."))
        return major == API[0] and minor <= API[1]


def read(folder: Path) -> Manifest:
    """Return the manifest in `folder`.

    Raises:
        ManifestError: if the file is missing or is not TOML; or with every field that is wrong.
    """
    try:
        return Manifest(**tomllib.loads((folder / FILE).read_text(encoding=ENCODING)))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ManifestError(f"{FILE} cannot be read: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise ManifestError(f"{FILE} is wrong at {wrong}") from None
