"""How many replicas of a plugin run on a cluster, and what each may use: a table in a TOML file."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core import registry
from core.errors import UserError

DEFAULT = "default"  # the table of the plugins that have none of their own
THREADS = "TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"  # what TensorFlow and PyTorch read
CALLS = 64  # that a replica has at once: they take turns on its device, see `core.turns`


class Scale(BaseModel):
    """What one plugin gets of a cluster."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    replicas: int | None = Field(default=None, ge=1, description="how many, always; 1 without autoscaling")
    min_replicas: int | None = Field(default=None, ge=0, description="with autoscaling: how many without any calls")
    max_replicas: int | None = Field(default=None, ge=1, description="with autoscaling: how many at most")
    calls_per_replica: float = Field(default=2, gt=0, description="at once, in a batch; autoscaling keeps to it")
    cpus: float = Field(default=1, ge=0, description="of the cluster, for each replica; may be a fraction")
    gpus: float = Field(default=0, ge=0, description="of the cluster, for each replica; may be a fraction")
    threads: int | None = Field(default=None, ge=1, description="of a network; left out, one for each core")

    @model_validator(mode="after")
    def _is_either(self) -> Scale:
        if self.replicas is not None and self.is_automatic:
            raise ValueError("replicas is a fixed number: leave it out, or min_replicas and max_replicas")
        if self.is_automatic and (self.min_replicas or 0) > (self.max_replicas or 1):
            raise ValueError("min_replicas is more than max_replicas")
        return self

    @property
    def is_automatic(self) -> bool:
        """Whether the number of replicas follows the load."""
        return self.min_replicas is not None or self.max_replicas is not None

    @property
    def capacity(self) -> int:
        """How many calls keep all replicas busy: while one is computed, the next is on its way."""
        most = (self.max_replicas or self.min_replicas) if self.is_automatic else self.replicas
        return min(CALLS, math.ceil(self.calls_per_replica)) * (most or 1)

    def deployment_options(self) -> dict[str, Any]:
        """Return the arguments of `ray.serve.Deployment.options`."""
        options: dict[str, Any] = {
            "max_ongoing_requests": CALLS,
            "ray_actor_options": {"num_cpus": self.cpus, "num_gpus": self.gpus},
        }
        if self.threads:
            variables = dict.fromkeys(THREADS, str(self.threads))
            options["ray_actor_options"]["runtime_env"] = {"env_vars": variables}
        if not self.is_automatic:
            return options | {"num_replicas": self.replicas or 1}
        limits = {
            "min_replicas": 1 if self.min_replicas is None else self.min_replicas,
            "max_replicas": self.max_replicas or max(1, self.min_replicas or 1),
            "target_ongoing_requests": self.calls_per_replica,
        }
        return options | {"autoscaling_config": limits}


@dataclass(frozen=True)
class Scales:
    """The tables of all plugins.

    Attributes:
        by_plugin: the tables by plugin; that of the name "default" is for those without one.
    """

    by_plugin: Mapping[str, Scale] = field(default_factory=dict)

    def of(self, plugin: str) -> Scale:
        """Return what a plugin gets."""
        return self.by_plugin.get(plugin) or self.by_plugin.get(DEFAULT) or Scale()


def read(path: Path) -> Scales:
    """Return the tables in a TOML file, each named as a plugin, or "default".

    Raises:
        UserError: if it cannot be read, or with every entry that is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        known = {DEFAULT, *registry.discover()}
        if unknown := tables.keys() - known:
            raise UserError(f"{path} has a table for {min(unknown)!r}: there are {', '.join(sorted(known))}.")
        return Scales({name: Scale.model_validate(table) for name, table in tables.items()})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'table'}: {e['msg']}" for e in error.errors())
        raise UserError(f"{path} is wrong at {wrong}") from None
