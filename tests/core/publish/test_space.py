"""Spaces: assembled as the Hub wants them, booted from their own requirements, put on the Hub and waited for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file
from huggingface_hub import RepoCard
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import registry
from core.cli.parser import main
from core.imaging import images
from core.plugin import Plugin
from core.publish import deployment, space
from core.registry import Record
from tests.conftest import ROOT, run_python, serve
from tests.local_hub import Hub

PHOTO = ROOT / "plugins" / "denoiser" / "examples" / "oakland-zoo-otters.jpg"
ON_A_SPACE = {"SYSTEM": "spaces", "SPACE_ID": "alice/denoiser", "SPACE_AUTHOR_NAME": "alice"}
Output = pytest.CaptureFixture[str]


def front_matter(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = RepoCard((folder / "README.md").read_text()).data.to_dict()
    return facts


def test_a_space_holds_its_plugin_and_what_it_needs(tmp_path: Path) -> None:
    assert main(["space", "denoiser", "--out", str(tmp_path / "space")]) == 0
    names = {path.name for path in (tmp_path / "space").iterdir()}
    assert names == {"README.md", "LICENSE", "app.py", "requirements.txt", "core", "plugins", space.MARK}
    assert [path.name for path in (tmp_path / "space" / "plugins").iterdir()] == ["denoiser"]
    assert not list((tmp_path / "space").rglob("__pycache__"))
    assert (tmp_path / "space" / "plugins" / "denoiser" / "weights" / "digits" / "model.safetensors").exists()


def test_its_front_matter_is_what_the_hub_asks_for(tmp_path: Path) -> None:
    main(["space", "denoiser", "--out", str(tmp_path / "space")])
    facts = front_matter(tmp_path / "space")
    assert (facts["sdk"], facts["app_file"], facts["title"]) == ("gradio", "app.py", "Denoiser")
    assert facts["sdk_version"] == "6.31.0"
    assert tuple(map(int, facts["python_version"].split("."))) >= (3, 11)
    assert len(facts["short_description"]) <= 60
    assert {"darkroom", "keras", "image-denoising"} <= set(facts["tags"])
    assert "models" not in facts


def test_pinned_weights_are_preloaded_in_place_of_copied(hub: Hub, copied_denoiser: Record, tmp_path: Path) -> None:
    main(["push", "denoiser", "--repo", "alice/denoiser"])
    main(["space", "denoiser", "--out", str(tmp_path / "space"), "--hardware", "t4-small"])
    commit, facts = hub.model("alice/denoiser").branches["main"], front_matter(tmp_path / "space")
    assert facts["models"] == ["alice/denoiser"]
    assert facts["preload_from_hub"] == [
        f"alice/denoiser checkpoint.json,model.safetensors {commit}",
        f"alice/denoiser checkpoints/digits/checkpoint.json,checkpoints/digits/model.safetensors {commit}",
    ]
    assert facts["suggested_hardware"] == "t4-small"
    assert not list((tmp_path / "space" / "plugins").rglob("*.safetensors"))


@pytest.mark.parametrize(
    ("hardware", "there", "not_there"),
    [
        ("cpu-upgrade", "tensorflow-cpu>=2.21,<2.22", "torch"),
        ("l4x1", "tensorflow[and-cuda]>=2.21,<2.22", "tensorflow-cpu"),
        ("zero-a10g", "torch>=2.9,<3", "tensorflow"),
    ],
)
def test_hardware_chooses_the_backend(hardware: str, there: str, not_there: str) -> None:
    lines = space.requirements([registry.find("denoiser")], space.variant_of(hardware))
    assert there in lines
    assert not [line for line in lines if line.startswith(not_there)]
    assert not [line for line in lines if line.startswith("tyro")]


def test_only_the_plugin_s_own_packages_are_added(plant: Callable[..., Path]) -> None:
    facts = 'api = "1.0"\ntitle = "Planted"\nsummary = "Grows."\nrequires = ["pyyaml>=6"]\n[checkpoints.only]\n'
    plant("seedling", plugin=facts)
    lines = space.requirements([registry.find("seedling")], space.Variant.CPU)
    assert "pyyaml>=6" in lines
    assert "pyyaml>=6" not in space.requirements([registry.find("denoiser")], space.Variant.CPU)


def test_a_plugin_without_a_folder_below_spaces_gets_front_matter_too(
    plant: Callable[..., Path], tmp_path: Path
) -> None:
    plant("seedling")
    main(["space", "seedling", "--out", str(tmp_path / "out" / "space")])
    facts = front_matter(tmp_path / "out" / "space")
    assert (facts["title"], facts["short_description"]) == ("Planted", "Grows.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "{full}"], "holds something else than a Space"),
        (["--out", "{full}/new", "--hardware", "abacus"], "--hardware 'abacus' is unknown: the Hub has cpu-basic"),
        ([], "say where the Space is to go"),
        (["--push", "alice/denoiser", "--sleep", "60"], "--sleep needs paid --hardware"),
        (["--push", "alice/denoiser", "--hardware", "t4-small", "--sleep", "0"], "--sleep is 0: use seconds"),
        (["--push", "alice/denoiser", "--secret", "TOKEN=do-not-tell"], "--secret 'TOKEN' takes the name of"),
        (["--push", "alice/denoiser", "--hardware", ""], "--hardware '' is unknown"),
        (["--push", "alice/denoiser", "--secret", "UNSET_SECRET"], "set the environment variable UNSET_SECRET"),
    ],
)
def test_what_cannot_be_assembled_says_why(arguments: list[str], words: str, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "note.txt").touch()
    assert main(["space", "denoiser", *(word.format(full=tmp_path) for word in arguments)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "do-not-tell" not in said
    assert (tmp_path / "note.txt").exists()


def test_nothing_but_an_assembled_space_is_ever_removed(tmp_path: Path, capsys: Output) -> None:
    out = tmp_path / "space"
    assert main(["space", "denoiser", "--out", str(out)]) == 0
    (out / "core" / "__pycache__").mkdir()
    assert main(["space", "denoiser", "--out", str(out)]) == 0
    (out / "notes.md").write_text("mine")
    assert main(["space", "denoiser", "--out", str(out)]) == 2
    assert "holds something else than a Space assembled before, such as notes.md" in capsys.readouterr().err
    assert (out / "notes.md").exists()
    assert (out / "app.py").exists()


@pytest.mark.parametrize("place", [".", "..", "core/new", "plugins/denoiser/new", "spaces/new"])
def test_a_space_is_not_assembled_into_its_own_source(place: str, capsys: Output) -> None:
    assert main(["space", "denoiser", "--out", str(ROOT / place)]) == 2
    assert "what a Space is made of" in capsys.readouterr().err
    assert not (ROOT / place / space.MARK).exists()


def test_a_place_that_cannot_be_written_is_a_sentence(capsys: Output) -> None:
    assert main(["space", "denoiser", "--out", "/proc/nowhere"]) == 2
    assert "cannot be assembled in /proc/nowhere" in capsys.readouterr().err


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "POLL_SECONDS", 0.01)


PUSH = ["space", "denoiser", "--push", "alice/demo"]


@pytest.mark.usefixtures("quick")
def test_a_space_is_pushed_and_waited_for(hub: Hub, capsys: Output) -> None:
    hub.stages["alice/demo"] = ["NO_APP_FILE of before", "RUNNING of before", "BUILDING", "APP_STARTING", "RUNNING"]
    assert main(PUSH) == 0
    shown = capsys.readouterr().out
    assert "alice/demo: building\nalice/demo: app starting\nalice/demo: running" in shown
    assert f"runs at {hub.endpoint}/spaces/alice/demo" in shown
    assert {"README.md", "app.py", "core/publish/space.py"} <= set(hub.space("alice/demo").files)
    assert not [path for path in hub.space("alice/demo").files if path.startswith(("spaces/", space.MARK))]


@pytest.mark.usefixtures("quick")
def test_what_the_hub_says_of_an_older_commit_for_too_long_is_believed(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment, "STALE_SECONDS", 0.1)
    hub.stages["alice/demo"] = ["BUILD_ERROR of before"]
    assert main(PUSH) == 2


@pytest.mark.usefixtures("quick")
def test_a_space_that_was_switched_off_is_restarted_and_a_sleeping_one_is_well(hub: Hub) -> None:
    hub.stages["alice/demo"] = ["PAUSED", "APP_STARTING", "SLEEPING"]
    assert main(PUSH) == 0
    assert len(hub.made("POST .*/restart")) == 1


@pytest.mark.usefixtures("quick")
def test_a_space_keeps_its_hardware_and_gives_it_back_when_told(hub: Hub, capsys: Output) -> None:
    def backend() -> str:
        lines = hub.space("alice/demo").files["requirements.txt"].data.decode().splitlines()
        return next(line for line in lines if line.startswith("tensorflow"))

    assert main([*PUSH, "--hardware", "t4-small"]) == 0
    assert "on t4-small, asleep after 3600 s without visitors" in capsys.readouterr().out
    assert main(PUSH) == 0
    assert (hub.space("alice/demo").hardware, backend()) == ("t4-small", "tensorflow[and-cuda]>=2.21,<2.22")
    assert main([*PUSH, "--hardware", "cpu-basic"]) == 0
    assert (hub.space("alice/demo").hardware, backend()) == ("cpu-basic", "tensorflow-cpu>=2.21,<2.22")


@pytest.mark.usefixtures("quick")
def test_private_weights_need_a_token(hub: Hub, copied_denoiser: Record, capsys: Output) -> None:
    main(["push", "denoiser", "--repo", "alice/denoiser", "--private"])
    assert main(PUSH) == 2
    assert "alice/denoiser is private, so the Space cannot read it: add --secret HF_TOKEN" in capsys.readouterr().err
    assert main([*PUSH, "--secret", "HF_TOKEN"]) == 0


def test_a_space_runs_what_runs_here_where_that_is_not_what_is_pinned(
    hub: Hub, copied_denoiser: Record, tmp_path: Path
) -> None:
    main(["push", "denoiser", "--repo", "alice/denoiser"])
    digits = copied_denoiser.folder / "weights" / "digits" / "checkpoint.json"
    digits.write_text(digits.read_text() + "\n")
    main(["space", "denoiser", "--out", str(tmp_path / "space")])
    main(["space", "denoiser", "--out", str(tmp_path / "space")])  # again, over the one before
    assert len(front_matter(tmp_path / "space")["preload_from_hub"]) == 1
    assert (tmp_path / "space" / "plugins" / "denoiser" / "weights" / "digits" / "checkpoint.json").exists()


@pytest.mark.usefixtures("quick")
def test_what_an_older_version_left_is_removed(hub: Hub) -> None:
    main(PUSH)
    files = hub.space("alice/demo").files
    hub.space("alice/demo").commit(files | {"old.py": files["app.py"]}, "older")
    main(PUSH)
    assert "old.py" not in hub.space("alice/demo").files


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("stage", "log"), [("BUILD_ERROR", "build"), ("RUNTIME_ERROR", "run")])
def test_a_space_that_fails_says_why_with_its_last_lines(hub: Hub, stage: str, log: str, capsys: Output) -> None:
    hub.stages["alice/demo"] = ["BUILDING", stage]
    hub.space_logs = [f"line {number}" for number in range(30)]
    assert main(PUSH) == 2
    said = capsys.readouterr().err
    assert f"alice/demo does not run: {stage.lower().replace('_', ' ')}. Its last lines:\nline 10\n" in said
    assert said.endswith("line 29\n")
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


def test_the_folder_spaces_would_break_a_space() -> None:
    """The trap that makes us assemble: with our folder in the way, Gradio finds it in place of the Hub's package."""
    program = "from core import registry; from core.web import home; home.build_app([registry.find('denoiser')], None)"
    ended = run_python("-c", program, **ON_A_SPACE)
    assert "module 'spaces' has no attribute 'gradio_auto_wrap'" in ended.stderr


@pytest.fixture(scope="session")
def make_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return a function that gives the Python of a clean venv with a requirements.txt installed, once for each text."""
    made: dict[str, Path] = {}

    def make(requirements: Path) -> Path:
        text = requirements.read_text()
        if text not in made:
            folder = tmp_path_factory.mktemp("venv")
            (folder / "constraints.txt").write_text("torch==2.13.0\n")  # newer ones bring gigabytes of CUDA
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            # The Hub installs its package `spaces` on every Space, whatever the requirements say.
            install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "spaces", "-r", requirements]
            ended = subprocess.run([*install, "-c", folder / "constraints.txt"], capture_output=True, check=False)
            if ended.returncode and b"connection" in ended.stderr.lower():
                pytest.skip("no package registry can be reached")
            assert ended.returncode == 0, ended.stderr.decode()
            made[text] = folder / "bin" / "python"
        return made[text]

    return make


@pytest.fixture(scope="session")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "noisy.png"
    images.save(images.load(PHOTO)[:200, :300], path)
    return path


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("name", "hardware"), [("denoiser", "cpu-basic"), ("suite", "cpu-basic"), ("suite", "zero-a10g")]
)
def test_an_assembled_space_boots_from_its_own_requirements(
    name: str,
    hardware: str,
    make_python: Callable[[Path], Path],
    noisy: Path,
    browser: Any,
    denoiser: Plugin,
    tmp_path: Path,
) -> None:
    main(["space", name, "--out", str(tmp_path / "space"), "--hardware", hardware])
    python = make_python(tmp_path / "space" / "requirements.txt")
    own = {"PYTHONPATH": "", "HF_HOME": str(tmp_path / "home")}
    with serve(tmp_path / "space", python, **ON_A_SPACE, **own) as address:
        result = Client(address, verbose=False).predict(
            handle_file(noisy), 0, False, 25, 0, api_name="/denoiser_denoise"
        )
        got = np.asarray(pillow.open(result[0][1])).astype(float)
        expected = images.to_uint8(denoiser.run("denoise", images.load(noisy), sigma=25).image)
        assert np.abs(got - expected).max() <= 1
        page = browser.new_page()
        page.goto(address if name == "denoiser" or len(registry.discover()) == 1 else f"{address}/denoiser")
        page.get_by_text("bundled weights, photographs").wait_for(timeout=60_000)
        page.close()


FORKED = """
import multiprocessing, pickle, sys
import numpy as np
from core import registry
from core.engine import Call, LocalEngine
from core.errors import UserError
from core.progress import finish
from core.zerogpu import ZeroEngine

def lend(function, duration):
    \"\"\"What ZeroGPU does: run a generator in a forked process, what goes in and what it yields pickled.\"\"\"
    context, workers = multiprocessing.get_context("fork"), []
    def work(pipe):
        while call := pickle.loads(pipe.recv()):
            for step in function(call):
                pipe.send(step)
            pipe.send("end")
    def borrowed(call):
        if not workers:  # it is kept for the next call
            here, there = context.Pipe()
            context.Process(target=work, args=(there,), daemon=True).start()
            workers.append(here)
        workers[0].send(pickle.dumps(call))
        while (step := workers[0].recv()) != "end":
            yield step
    return borrowed

record = registry.find("denoiser")
photo = np.random.default_rng(0).random((600, 700, 3), np.float32)
zero, local = ZeroEngine(lend), LocalEngine()
def denoise(engine, sigma, seen):
    return finish(engine.stream(Call(record, "denoise", (photo,), {"sigma": sigma})), seen.append)
steps, others = [], []
assert np.array_equal(denoise(zero, 25, steps).image, denoise(local, 25, others).image)
assert steps == others and len(steps) > 1, steps
try:
    denoise(zero, 1000, [])
except UserError as error:
    print(error, zero.describe(record))
assert np.array_equal(denoise(zero, 50, []).image, denoise(local, 50, []).image)
by_digits = Call(record, "denoise", (photo,), {"sigma": 25}, "digits")  # which was not there when the process forked
assert np.array_equal(finish(zero.stream(by_digits)).image, finish(local.stream(by_digits)).image)
print("same")
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_zerogpu_s_forked_processes_give_the_same_result(make_python: Callable[[Path], Path], tmp_path: Path) -> None:
    main(["space", "denoiser", "--out", str(tmp_path / "space"), "--hardware", "zero-a10g"])
    python = make_python(tmp_path / "space" / "requirements.txt")
    # One thread: OpenMP's do not survive a fork; on ZeroGPU, the forked process computes on the GPU.
    own = os.environ | {"KERAS_BACKEND": "torch", "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    command = [str(python), "-c", FORKED]
    ended = subprocess.run(command, cwd=tmp_path / "space", env=own, capture_output=True, text=True, timeout=200)
    assert "sigma is 1000: use 0 to 75" in ended.stdout, ended.stderr
    assert "ZeroGPU · PyTorch · bundled weights, photographs\nsame" in ended.stdout, ended.stderr
