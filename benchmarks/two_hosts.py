"""Two hosts simulated by network namespaces: what callers see while the link between them is cut, and afterwards.

python -m benchmarks.two_hosts [--cut 10] [--batch]

The head and the app are on 10.77.0.1, the replica on 10.77.0.2. Needs the rights to make namespaces (root). Prints for
each second how many calls were answered and how many failed, by the sentence that a visitor would read; with `--batch`
how a batch of files ends, and how long after the link is back the same command goes on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cluster import probe
from core.engines import ray_serve
from core.engines.scale import Scale, Scales
from core.errors import OwnerError
from core.plugin import Plugin

HEAD, WORKER = "10.77.0.1", "10.77.0.2"
PORT = "6399"
SPACES = {"darkroom_head": HEAD, "darkroom_worker": WORKER}
RAY = [str(Path(sys.executable).with_name("ray")), "start", "--disable-usage-stats", "--object-store-memory=100000000"]
WARM, AFTER = 5.0, 90.0  # seconds of load before the cut, and after the link is back
CLIENTS, ITEMS = 4, 300
PAUSE = 5.0  # seconds between two attempts at a batch
SILENCE = 15.0  # seconds, in place of `ray_serve.STEP`, so that the benchmark ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cut", type=float, default=10.0, help="seconds that the link is cut for")
    parser.add_argument("--batch", action="store_true", help="a batch in place of visitors")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return (batch if options.batch else load)(options.cut)
    flags = ["--batch"] if options.batch else []
    with two_hosts():
        run_in("darkroom_head", *RAY, "--head", f"--node-ip-address={HEAD}", f"--port={PORT}", "--num-cpus=0")
        threading.Thread(target=keep_running, daemon=True).start()
        run_in(
            "darkroom_head", sys.executable, "-m", "benchmarks.two_hosts", "--inside", f"--cut={options.cut}", *flags
        )
    return None


def keep_running() -> None:
    """Run the worker's node, and again once it has ended, as a service is: Ray ends a node that was away for long."""
    address = [f"--address={HEAD}:{PORT}", f"--node-ip-address={WORKER}", "--num-cpus=2", "--block"]
    while True:
        with suppress(subprocess.CalledProcessError):
            run_in("darkroom_worker", *RAY, *address)
        time.sleep(1)


@contextmanager
def two_hosts() -> Iterator[None]:
    """Make two namespaces with a link between them, and remove them with what runs inside."""
    for space in SPACES:
        ip("netns", "add", space)
    ip("link", "add", "head", "netns", "darkroom_head", "type", "veth", "peer", "worker", "netns", "darkroom_worker")
    for space, address in SPACES.items():
        name = space.removeprefix("darkroom_")
        ip("-n", space, "addr", "add", f"{address}/24", "dev", name)
        for device in ("lo", name):
            ip("-n", space, "link", "set", device, "up")
    try:
        yield
    finally:
        for space in SPACES:
            inside = subprocess.run(["ip", "netns", "pids", space], capture_output=True, text=True, check=False)
            for process in inside.stdout.split():
                os.kill(int(process), 9)
            ip("netns", "del", space)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def run_in(space: str, *command: str) -> None:
    environment = os.environ | {"PYTHONPATH": os.getcwd(), "RAY_AUTH_MODE": "disabled"}
    subprocess.run(["ip", "netns", "exec", space, *command], check=True, env=environment)


def load(cut: float) -> None:
    """Ask for small calls, while the link is cut for some seconds."""
    with TemporaryDirectory() as folder:
        engine = ray_serve.RayEngine(address=f"{HEAD}:{PORT}", scales=Scales({"default": Scale(cpus=1)}))
        plugin = Plugin(probe(Path(folder) / "probe"), engine)
        plugin.run("echo", 0)  # its replica starts
        ray_serve.STARTING = ray_serve.STEP = SILENCE
        seen: Counter[tuple[int, str]] = Counter()
        start = time.monotonic()
        end = start + WARM + cut + AFTER
        for _ in range(CLIENTS):
            threading.Thread(target=ask, args=(plugin, seen, start, end), daemon=True).start()
        time.sleep(WARM)
        ip("link", "set", "head", "down")
        time.sleep(cut)
        ip("link", "set", "head", "up")
        time.sleep(AFTER)
    for (second, outcome), count in sorted(seen.items()):
        print(f"{second:4} s  {count:5}  {outcome}", flush=True)


def batch(cut: float) -> None:
    """Work on many items, while the link is cut for some seconds; begin again with what is left until all are done."""
    start, left = time.monotonic(), [*range(ITEMS)]

    def say(words: str) -> None:
        print(f"{time.monotonic() - start:6.0f} s  {words}", flush=True)

    def cut_later() -> None:
        time.sleep(WARM)
        for state, seconds in (("down", cut), ("up", 0)):
            ip("link", "set", "head", state)
            say(f"the link is {state}")
            time.sleep(seconds)

    with TemporaryDirectory() as folder:
        record = probe(Path(folder) / "probe")
        while left:
            engine = ray_serve.RayEngine(address=f"{HEAD}:{PORT}", scales=Scales({"default": Scale(cpus=1)}))
            plugin = Plugin(record, engine)
            try:
                plugin.run("echo", 0)
                if len(left) == ITEMS:
                    threading.Thread(target=cut_later, daemon=True).start()
                    start = time.monotonic()
                for _ in plugin.map(partial(slowly, plugin), [*left]):
                    left.pop(0)
            except OwnerError as error:
                say(f"{len(left)} items left: {error}")
                time.sleep(PAUSE)
            engine.close()
        say("all done")


def slowly(plugin: Plugin, item: int) -> None:
    plugin.run("echo", item)
    time.sleep(0.1)


def ask(plugin: Plugin, seen: Counter[tuple[int, str]], start: float, end: float) -> None:
    while time.monotonic() < end:
        try:
            plugin.run("echo", 1)
            outcome = "answered"
        except OwnerError as error:
            outcome = f"{type(error).__name__}: {error.notice}"
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"[:100]
        seen[int(time.monotonic() - start), outcome] += 1
        time.sleep(0.2)


if __name__ == "__main__":
    main()
