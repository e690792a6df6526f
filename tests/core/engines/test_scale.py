"""The table of replicas."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engines import scale
from core.engines.scale import Scale
from core.errors import UserError

TABLE = """
[default]
replicas = 2
[denoiser]
min_replicas = 1
max_replicas = 4
cpus = 2
gpus = 0.5
"""


def test_a_plugin_has_the_replicas_of_its_table_or_of_the_default_one(tmp_path: Path) -> None:
    (tmp_path / "scale.toml").write_text(TABLE)
    scales = scale.read(tmp_path / "scale.toml")
    assert scales.of("gan_generator") == Scale(replicas=2)
    options = scales.of("denoiser").deployment_options()
    assert options["autoscaling_config"] == {"min_replicas": 1, "max_replicas": 4, "target_ongoing_requests": 2}
    assert options["ray_actor_options"] == {"num_cpus": 2, "num_gpus": 0.5}


def test_a_batch_keeps_every_replica_busy_and_threads_are_set_in_each() -> None:
    assert Scale().capacity == 2
    assert Scale(replicas=3, calls_per_replica=1.5).capacity == 6
    assert Scale(min_replicas=1, max_replicas=4, calls_per_replica=1).capacity == 4
    options = Scale(threads=3).deployment_options()["ray_actor_options"]
    assert options["runtime_env"]["env_vars"]["TF_NUM_INTRAOP_THREADS"] == "3"


def test_without_a_table_there_is_one_replica() -> None:
    assert scale.Scales().of("denoiser").deployment_options()["num_replicas"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[denoiser", "cannot be read"),
        ("[denoiser]\nreplicas = 0", "wrong at replicas: Input should be greater than or equal to 1"),
        ("[denoiser]\nreplica = 1", "wrong at replica: Extra inputs"),
        ("[denoiser]\nreplicas = 1\nmax_replicas = 2", "replicas is a fixed number"),
        ("[denoiser]\nmin_replicas = 3\nmax_replicas = 2", "min_replicas is more than max_replicas"),
        ("[nobody]\nreplicas = 1", "has a table for 'nobody'"),
    ],
)
def test_a_wrong_table_is_refused_with_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "scale.toml").write_text(text)
    with pytest.raises(UserError, match=message):
        scale.read(tmp_path / "scale.toml")
