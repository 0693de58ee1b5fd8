"""A large file through the app, against a plain copy of it: paired ratios of one run, and the server's memory.

    python -m tests.benchmarks.transfers [--bytes 2e9] [--rounds 7] [--folder DIR]

Each round does three things, in turning order, with the file in the page cache: copies it by reading and writing 1 MiB
at a time (not `shutil.copyfile`, which lets the system move the bytes), downloads it through the app to the disk, and
uploads it through the app. All of them end with an fsync, which is in the time. The client is a process of its own, in
plain Python on a socket. Printed are medians and quartiles of the rounds'
ratios (plain copy / transfer: 1 is as fast), and by how much the server's peak of resident memory rose over what it had
before. Goals: at least 0.7 for each, at most 50 MB.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.ui.server import free_port

PIECE = 2**20
_SERVER = """
import sys
from pathlib import Path
from composer.ui.transfers import download_address, upload_address
from composer.web.serve import serve
from composer.workspace import Workspace
port, root = int(sys.argv[1]), Path(sys.argv[2])
checkpoints = Workspace(root).checkpoints
print(download_address(checkpoints.path("large.pt"), "large.pt"), upload_address(checkpoints), flush=True)
serve(port=port, browser=False, workspace=root)
"""


@dataclass(frozen=True)
class App:
    """The app's server, with addresses for one download and for uploads."""

    process: subprocess.Popen[str]
    port: int
    download: str
    upload: str

    def forget_peak(self) -> int:
        """Begin a new peak of resident memory; bytes that are resident now."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return self.memory("VmRSS")

    def memory(self, name: str) -> int:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return 1024 * int(found[1])


@contextmanager
def serving(root: Path) -> Iterator[App]:
    port = free_port()
    command = [sys.executable, "-c", _SERVER, str(port), str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        download, upload = process.stdout.readline().split()
        while "is at" not in process.stdout.readline():
            pass
        yield App(process, port, download, upload)
        process.terminate()


def copy(source: Path, target: Path) -> None:
    """Plain reading and writing."""
    with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as copied:
        buffer = memoryview(bytearray(PIECE))
        while count := file.readinto(buffer):
            copied.write(buffer[:count])
        os.fsync(copied.fileno())


def download(app: App, target: Path) -> None:
    with socket.create_connection(("127.0.0.1", app.port)) as connection, target.open("wb", buffering=0) as file:
        connection.sendall(_request(app, "GET", app.download))
        head, rest = _head(connection)
        left = int(head.lower().partition(b"content-length:")[2].split()[0]) - file.write(rest)
        buffer = memoryview(bytearray(PIECE))
        while left:
            count = connection.recv_into(buffer)
            assert count, "broken off"
            left -= file.write(buffer[:count])
        os.fsync(file.fileno())


def upload(app: App, source: Path) -> None:
    with socket.create_connection(("127.0.0.1", app.port)) as connection, source.open("rb", buffering=0) as file:
        length = f"Content-Length: {source.stat().st_size}\r\n"
        connection.sendall(_request(app, "PUT", f"{app.upload}?name=up.pt", length))
        buffer = memoryview(bytearray(PIECE))
        while count := file.readinto(buffer):
            connection.sendall(buffer[:count])
        head, _ = _head(connection)
        assert head.startswith(b"HTTP/1.1 200"), head


def _request(app: App, method: str, address: str, more: str = "") -> bytes:
    return f"{method} {address} HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nAccept-Encoding: gzip\r\n{more}\r\n".encode()


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head of an answer, and what came with it of the body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(4096)
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


@dataclass
class Measured:
    seconds: list[float] = field(default_factory=list)
    rises: list[int] = field(default_factory=list)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def measure(app: App, root: Path, rounds: int) -> dict[str, Measured]:
    """All rounds; what comes through is compared with the file once."""
    source = root / "checkpoints" / "large.pt"
    copied, downloaded, uploaded = root / "copied", root / "downloaded", root / "checkpoints" / "up.pt"
    ways: dict[str, tuple[Path, Callable[[], None]]] = {
        "copy": (copied, lambda: copy(source, copied)),
        "download": (downloaded, lambda: download(app, downloaded)),
        "upload": (uploaded, lambda: upload(app, source)),
    }
    measured = {name: Measured() for name in ways}
    expected = digest(source)
    for number in range(rounds + 1):
        names = [*ways][number % 3 :] + [*ways][: number % 3]
        for name in names:
            target, run = ways[name]
            before, began = app.forget_peak(), time.perf_counter()
            run()
            seconds, rise = time.perf_counter() - began, app.memory("VmHWM") - before
            if number:  # the first round warms up
                measured[name].seconds.append(seconds)
                measured[name].rises.append(rise)
            else:
                assert digest(target) == expected, f"{name} changed the file"
            target.unlink()
    return measured


def report(measured: dict[str, Measured], nbytes: int) -> Iterator[str]:
    plain = measured.pop("copy").seconds
    yield f"plain copy  {nbytes / statistics.median(plain) / 1e6:6.0f} MB/s"
    for name, found in measured.items():
        rate = nbytes / statistics.median(found.seconds) / 1e6
        low, middle, high = statistics.quantiles((a / b for a, b in zip(plain, found.seconds, strict=True)), n=4)
        ratio = f"ratio {middle:.2f} ({low:.2f} to {high:.2f})"
        yield f"{name:10}  {rate:6.0f} MB/s, {ratio}, memory at most +{max(found.rises) / 1e6:.1f} MB"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=float, default=2e9)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", help="where the files are; in the folder for temporary files otherwise")
    given = parser.parse_args()
    nbytes = int(given.bytes)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        root = Path(folder)
        (root / "checkpoints").mkdir()
        with (root / "checkpoints" / "large.pt").open("wb") as file:
            for start in range(0, nbytes, PIECE):
                file.write(random.randbytes(min(PIECE, nbytes - start)))
            os.fsync(file.fileno())
        with serving(root) as app:
            print("\n".join(report(measure(app, root, given.rounds), nbytes)))


if __name__ == "__main__":
    main()
