"""Spaces are deployed to the Hub, and waited for until they run or fail."""

from __future__ import annotations

import pytest

from core.cli.parser import main
from core.publish import deployment, space
from core.registry import Record
from tests.local_hub import Hub

Output = pytest.CaptureFixture[str]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "POLL_SECONDS", 0.01)


PUSH = ["space", "denoiser", "--push", "alice/demo"]


@pytest.mark.usefixtures("quick")
def test_a_space_is_pushed_and_waited_for(hub: Hub, capsys: Output) -> None:
    hub.stages["alice/demo"] = ["NO_APP_FILE of before", "RUNNING of before", "BUILDING", "APP_STARTING", "RUNNING"]
    assert main(PUSH) == 0
    printed = capsys.readouterr().out
    assert "alice/demo: building\nalice/demo: app starting\nalice/demo: running" in printed
    assert f"runs at {hub.endpoint}/spaces/alice/demo" in printed
    assert {"README.md", "app.py", "core/publish/space.py"} <= set(hub.space("alice/demo").files)
    assert not [path for path in hub.space("alice/demo").files if path.startswith(("spaces/", space.INVENTORY_FILE))]


@pytest.mark.usefixtures("quick")
def test_the_state_of_an_older_commit_counts_after_a_while(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "STALE_SECONDS", 0.1)
    hub.stages["alice/demo"] = ["BUILD_ERROR of before"]
    assert main(PUSH) == 2


@pytest.mark.usefixtures("quick")
def test_a_paused_space_is_restarted_and_a_sleeping_one_counts_as_running(hub: Hub) -> None:
    hub.stages["alice/demo"] = ["PAUSED", "APP_STARTING", "SLEEPING"]
    assert main(PUSH) == 0
    assert len(hub.made("POST .*/restart")) == 1


@pytest.mark.usefixtures("quick")
def test_a_space_keeps_its_hardware_until_it_is_changed(hub: Hub, capsys: Output) -> None:
    def backend() -> str:
        lines = hub.space("alice/demo").files["requirements.txt"].data.decode().splitlines()
        return next(line for line in lines if line.startswith("tensorflow"))

    assert main([*PUSH, "--hardware", "t4-small"]) == 0
    assert "on t4-small, sleeps after 3600 s without visitors" in capsys.readouterr().out
    assert main(PUSH) == 0
    assert (hub.space("alice/demo").hardware, backend()) == ("t4-small", "tensorflow[and-cuda]==2.21.0")
    assert main([*PUSH, "--hardware", "cpu-basic"]) == 0
    assert (hub.space("alice/demo").hardware, backend()) == ("cpu-basic", "tensorflow-cpu==2.21.0")


@pytest.mark.usefixtures("quick")
def test_private_weights_need_a_token(hub: Hub, copied_denoiser: Record, capsys: Output) -> None:
    main(["push", "denoiser", "--repo", "alice/denoiser", "--private"])
    assert main(PUSH) == 2
    assert "alice/denoiser is private, so the Space cannot read it: add --secret HF_TOKEN" in capsys.readouterr().err
    assert main([*PUSH, "--secret", "HF_TOKEN"]) == 0


@pytest.mark.usefixtures("quick")
def test_files_of_an_older_version_are_removed(hub: Hub) -> None:
    main(PUSH)
    files = hub.space("alice/demo").files
    hub.space("alice/demo").commit(files | {"old.py": files["app.py"]}, "older")
    main(PUSH)
    assert "old.py" not in hub.space("alice/demo").files


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("stage", "log"), [("BUILD_ERROR", "build"), ("RUNTIME_ERROR", "run")])
def test_the_error_of_a_space_that_fails_ends_with_its_log(hub: Hub, stage: str, log: str, capsys: Output) -> None:
    hub.stages["alice/demo"] = ["BUILDING", stage]
    hub.space_logs = [f"line {number}" for number in range(30)]
    assert main(PUSH) == 2
    printed = capsys.readouterr().err
    assert (
        f"alice/demo does not run: {stage.lower().replace('_', ' ')}. The last lines of its log:\nline 10\n" in printed
    )
    assert printed.endswith("line 29\n")
    assert hub.made(f"GET .*/logs/{log}")


@pytest.mark.usefixtures("quick")
def test_hardware_sleep_and_secrets_are_passed_on(hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setenv("MY_SECRET", "do not tell")
    assert main([*PUSH, "--hardware", "t4-small", "--sleep", "900", "--secret", "MY_SECRET", "--private"]) == 0
    assert hub.made("POST .*/hardware")[0].json == {"flavor": "t4-small", "sleepTimeSeconds": 900}
    assert hub.secrets == {"MY_SECRET": "do not tell"}
    assert hub.space("alice/demo").private
    assert "do not tell" not in "".join(capsys.readouterr())
    assert not [path for path, file in hub.space("alice/demo").files.items() if b"do not tell" in file.data]
