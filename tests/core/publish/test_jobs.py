"""Training on the Hub's machines: what is submitted, and what is refused before it costs anything."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi

from core.cli.parser import main
from core.errors import UserError
from core.publish import jobs
from tests.conftest import ROOT
from tests.local_hub import OWNER, Hub

TRAIN = ["train", "denoiser", "--on", "hf-jobs", "--repo", "alice/denoiser"]
DATA = ["--dataset", "alice/photos@v1", "--data", "/data/train"]
Output = pytest.CaptureFixture[str]


def test_a_job_receives_the_code_the_data_the_flags_and_the_token(hub: Hub, capsys: Output) -> None:
    assert main([*TRAIN, "--flavor", "a10g-small", "--timeout", "2h", *DATA, "--epochs", "48"]) == 0
    job = hub.made("POST /api/jobs/alice")[0].json
    commit = hub.model("alice/denoiser").branches["source"]
    assert (job["dockerImage"], job["flavor"], job["timeoutSeconds"]) == ("python:3.12", "a10g-small", 7200)
    assert job["secrets"] == {"HF_TOKEN": OWNER}
    assert [(volume["source"], volume["mountPath"], volume["revision"]) for volume in job["volumes"]] == [
        ("alice/denoiser", "/source", commit),
        ("alice/photos", "/data", "v1"),
    ]
    assert job["command"][-8:-4] == ["photographs", "2", "-r", "requirements-gpu.txt"]
    assert job["command"][-4:] == ["--data", "/data/train", "--epochs", "48"]
    printed = capsys.readouterr().out
    assert "job 6f00 trains on a10g-small" in printed
    assert "python -m core pull denoiser --repo alice/denoiser --unpinned --pin" in printed
    assert OWNER not in printed


def test_the_code_is_on_a_branch_of_its_own(hub: Hub) -> None:
    main([*TRAIN, *DATA])
    repository = hub.model("alice/denoiser")
    source = repository.commits[repository.branches["source"]]
    assert {"core/training/fit.py", "plugins/denoiser/train.py", "requirements-gpu.txt"} <= set(source)
    assert set(repository.files) == {".gitattributes"}


def test_several_processes_are_a_job_each_in_one_network_group(hub: Hub, capsys: Output) -> None:
    several = [*TRAIN, *DATA, "--processes", "2"]
    assert main([*several, "--dry-run"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert not hub.requests
    for job in printed:
        inspect.signature(HfApi.run_job).bind(None, **job)  # complete, and nothing that it does not take
        assert {"requirements-jax.txt", "jax[cuda12]"} <= set(job["command"])
    assert main(several) == 0
    first, second = (request.json for request in hub.made("POST /api/jobs/alice"))
    assert [job["environment"]["DARKROOM_PROCESS_ID"] for job in (first, second)] == ["0", "1"]
    assert first["environment"]["DARKROOM_PROCESSES"] == "2"
    assert first["network"]["aliases"] == ["coordinator"]
    assert re.fullmatch("darkroom-denoiser-[0-9a-f]{8}", first["network"]["group"])
    assert second["network"] == {"group": first["network"]["group"]}
    assert first["command"] == second["command"] == printed[0]["command"]


def test_where_a_job_is_refused_those_before_it_are_canceled(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    canceled, run_job = [], HfApi.run_job

    def run_only_one(api: HfApi, **job: Any) -> Any:
        if job["env"]["DARKROOM_PROCESS_ID"] == "1":
            raise UserError("no more credit")
        return run_job(api, **job)

    monkeypatch.setattr(HfApi, "run_job", run_only_one)
    monkeypatch.setattr(HfApi, "cancel_job", lambda _, job_id, namespace: canceled.append((job_id, namespace)))
    assert main([*TRAIN, *DATA, "--processes", "3"]) == 2
    assert canceled == [("6f00", "alice")]


def test_a_dry_run_prints_the_job_and_sends_no_request(hub: Hub, capsys: Output) -> None:
    flags = ["--flavor", "cpu-upgrade", *DATA, "--epochs", "3"]
    assert main([*TRAIN, *flags, "--dry-run"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert not hub.requests
    main([*TRAIN, *flags])
    sent = hub.made("POST /api/jobs/alice")[0].json
    assert (printed["image"], printed["command"], printed["flavor"]) == (
        sent["dockerImage"],
        sent["command"],
        sent["flavor"],
    )
    assert printed["labels"]["darkroom"] == sent["labels"]["darkroom"] == "denoiser"
    for volume in (*printed["volumes"], *sent["volumes"]):
        del volume["revision"]
    assert printed["volumes"] == sent["volumes"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--flavor", "abacus"], "--flavor 'abacus' is unknown: the Hub has cpu-basic"),
        (["--timeout", "0h"], "--timeout '0h' is not a duration"),
        (["--timeout", ""], "--timeout '' is not a duration"),
        (["--dataset", "my photos"], "--dataset 'my photos' is not a data set"),
        (["--dataset", "alice/photos", "--data", "/data/../etc"], "which does not exist on the job's machine"),
        (["--timeout", "soon"], "--timeout 'soon' is not a duration: write 90m, 2h or 1d"),
        ([], "--data is 'data/photos/train', which does not exist on the job's machine"),
        (["--dataset", "alice/photos"], "name that by --dataset owner/name, and write --data /data/…"),
        (["--data", "/data/train"], "--data is '/data/train', which does not exist on the job's machine"),
        ([*DATA, "--test", "here"], "--test is 'here'"),
        (["--resume"], "leave --on hf-jobs out"),
        ([*DATA, "--processes", "0"], "--processes is 0: use 1 to 64"),
        ([*DATA, "--processes", "2", "--process-id", "0"], "--process-id is for processes here"),
    ],
)
def test_a_job_that_would_fail_is_refused_before_it_costs_anything(
    arguments: list[str], words: str, hub: Hub, capsys: Output
) -> None:
    assert main([*TRAIN, *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not hub.requests


def test_an_invalid_flag_of_the_training_is_refused_too(hub: Hub) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*TRAIN, "--epochs", "none"])
    assert not hub.requests


def test_flags_of_a_job_are_refused_for_a_training_here(capsys: Output) -> None:
    assert main(["train", "denoiser", "--flavor", "t4-small"]) == 2
    assert "--flavor goes with --on hf-jobs" in capsys.readouterr().err


def test_nothing_is_submitted_without_a_token(hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.delenv("HF_TOKEN")
    assert main([*TRAIN, *DATA]) == 2
    assert "log in with `hf auth login`" in capsys.readouterr().err
    assert not hub.requests


def test_digits_need_no_data_set(hub: Hub) -> None:
    assert main([*TRAIN, "--checkpoint", "digits", "--data", "None"]) == 0
    assert "digits" in hub.made("POST /api/jobs/alice")[0].json["command"]


@pytest.mark.parametrize(
    ("variables", "pushes", "coordinator"),
    [
        ({}, True, ""),
        ({"DARKROOM_PROCESSES": "2", "DARKROOM_PROCESS_ID": "0"}, True, "group-coordinator:8476"),
        ({"DARKROOM_PROCESSES": "2", "DARKROOM_PROCESS_ID": "1"}, False, "group-coordinator:8476"),
    ],
)
def test_the_script_passes_each_command_its_arguments(
    variables: dict[str, str], pushes: bool, coordinator: str, tmp_path: Path
) -> None:
    for name in ("pip", "python"):
        (tmp_path / name).write_text('#!/bin/sh\necho "$(basename "$0")" "$@" $DARKROOM_COORDINATOR\n')
        (tmp_path / name).chmod(0o755)
    script = jobs.SCRIPT.replace("/work", str(tmp_path / "work")).replace("/source", str(ROOT / "docs"))
    words = [
        "denoiser",
        "alice/denoiser",
        "digits",
        "3",
        "-r",
        "requirements.txt",
        "pyyaml>=6",
        "--data",
        "/data/my photos",
    ]
    environment = os.environ | variables | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    environment |= {"HF_NETWORK_GROUP_PREFIX": "group-"} if variables else {}
    ended = subprocess.run(["bash", "-c", script, "train", *words], env=environment, capture_output=True, text=True)
    train, push = (
        f"python -m core {words} {coordinator}".rstrip()
        for words in (
            "train denoiser --data /data/my photos",
            "push denoiser --repo alice/denoiser --checkpoint digits --local",
        )
    )
    pip = "pip install --quiet -r requirements.txt pyyaml>=6"
    assert ended.stdout.splitlines() == [pip, train, *([push] if pushes else [])], ended.stderr
