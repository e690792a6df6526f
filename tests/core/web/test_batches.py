"""Several files at once: failures are listed, what is done is kept, names are kept, and dropped files arrive."""

from __future__ import annotations

import base64
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core.errors import UserError
from core.progress import Progress, Steps
from core.web import batches, components
from core.web.batches import Batch, Demo
from core.web.jobs import ENDED, State

DROP = """async (files) => {
  const given = new DataTransfer();
  const bytes = (data) => Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  for (const [name, data] of files) given.items.add(new File([bytes(data)], name));
  const options = { dataTransfer: given, bubbles: true, cancelable: true };
  document.querySelector(".source").dispatchEvent(new DragEvent("drop", options));
}"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two texts of the same name, and one that is refused."""
    paths = [tmp_path / "1" / "a.txt", tmp_path / "2" / "a.txt", tmp_path / "bad.txt"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(path.parent.name)
    return [*map(str, paths)]


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def demo(tmp_path: Path, calls: list[str], denoiser: Any) -> Iterator[Demo]:
    """A demo that writes a file of the same name, with a text appended, and that notes each file it is called for."""
    (tmp_path / "out").mkdir()

    def append(plugin: Any, file: str, text: str) -> Steps[tuple[Any]]:
        calls.append(file)
        yield Progress(0, 1)
        if "bad" in file:
            raise UserError("it is bad.")
        out = tmp_path / "out" / Path(file).parent.name / Path(file).name
        out.parent.mkdir(exist_ok=True)
        out.write_text(Path(file).read_text() + text)
        return (gr.DownloadButton(value=str(out)),)

    with gr.Blocks():
        yield Demo(denoiser, append, [components.picture_input("Photo"), gr.Textbox()], [gr.DownloadButton("Download")])


def wait(batch: Batch) -> Any:
    end = time.monotonic() + 20
    while batch.job is not None and batch.job.state not in ENDED and time.monotonic() < end:
        time.sleep(0.01)
    assert batch.job is not None
    return batch.job


def test_each_file_is_worked_on_and_failures_are_listed(demo: Demo, files: list[str]) -> None:
    batch = Batch()
    batch.start(demo, files, ["the page's photo", "!"])
    job = wait(batch)
    assert (job.state, batch.failures) == (State.DONE, [("bad.txt", "it is bad.")])
    with zipfile.ZipFile(job.result) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"a.txt": b"1!", "a_2.txt": b"2!"}
    shown, _, download, _ = batches.look(batch)
    assert "2 of 3 done." in shown
    assert "<b>bad.txt</b>: it is bad." in shown
    assert download.visible


def test_what_is_done_is_not_done_again_unless_a_setting_changes(
    demo: Demo, files: list[str], calls: list[str]
) -> None:
    batch = Batch()
    for photo, text, expected in [("x", "!", 2), ("y", "!", 2), ("y", "?", 4)]:
        batch.start(demo, files[:2], [photo, text])
        wait(batch)
        assert len(calls) == expected


def test_a_canceled_batch_goes_on_where_it_was(demo: Demo, files: list[str], calls: list[str]) -> None:
    batch = Batch()
    batch.start(demo, files[:1], ["", "!"])
    wait(batch)
    batch.start(demo, files[:2], ["", "!"])
    batch.cancel()
    assert "what is done is kept" in batches.look(batch)[0]
    batch.start(demo, files[:2], ["", "!"])
    assert wait(batch).state is State.DONE
    assert calls.count(files[0]) == 1


@pytest.mark.parametrize(("count", "words"), [(0, "no files yet"), (101, "101 files are too many")])
def test_a_batch_has_one_to_a_hundred_files(demo: Demo, count: int, words: str) -> None:
    with pytest.raises(UserError, match=words):
        Batch().start(demo, ["a.txt"] * count, ["", ""])


@pytest.mark.browser
def test_dropped_files_come_back_as_a_zip(browser: Any, app_address: str, tmp_path: Path, picture: Any) -> None:
    from core.imaging import images

    images.save(picture[:60, :80], tmp_path / "one.png")
    given = [("one.png", (tmp_path / "one.png").read_bytes()), ("bad.png", b"bad")]
    page = browser.new_page(accept_downloads=True)
    page.goto(f"{app_address}/denoiser")
    page.locator(".batch").wait_for()
    page.evaluate(DROP, [(name, base64.b64encode(data).decode()) for name, data in given])
    page.get_by_text("one", exact=True).wait_for()
    page.get_by_role("button", name="Run on all").click()
    page.locator(".batch .status:has-text('1 of 2 done.')").wait_for()
    assert "bad.png is not a picture" in page.locator(".failures").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download ZIP").click()
    assert zipfile.ZipFile(download.value.path()).namelist() == ["one_denoised.png"]
    page.close()
