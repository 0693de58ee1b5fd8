"""The app's server in a process of its own, and a client that runs its pages as a browser does, without one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

_LAUNCH = """
import sys, threading
from pathlib import Path

def tell() -> None:
    for _line in sys.stdin:
        print("modules:", *sorted(name for name in sys.modules if "." not in name), flush=True)

threading.Thread(target=tell, daemon=True).start()
from composer.web import serve
if len(sys.argv) > 3:
    serve.SCRIPT = Path(sys.argv[3])
serve.serve(port=int(sys.argv[1]), browser=False, workspace=Path(sys.argv[2]))
"""


@dataclass
class Session:
    """A tab's connection to the server."""

    socket: ClientConnection

    def ask(self, request: BackMsg) -> list[ForwardMsg]:
        """What the server sends for it, until the page is drawn: also where it begins anew while it draws."""
        self.socket.send(request.SerializeToString())
        messages = [self._receive()]
        while not (
            messages[-1].WhichOneof("type") == "script_finished"
            and messages[-1].script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        ):
            messages.append(self._receive())
        return messages

    def _receive(self) -> ForwardMsg:
        message = ForwardMsg()
        data = self.socket.recv(timeout=60)
        message.ParseFromString(data if isinstance(data, bytes) else data.encode())
        return message


@dataclass
class Server:
    """A server that runs. `started` is when its process was."""

    process: subprocess.Popen[str]
    port: int
    started: float
    workspace: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, seconds: float = 30) -> None:
        """Until it answers."""
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/", timeout=5).close()
                return
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - self.started > seconds:
                    raise
                time.sleep(0.01)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A tab of its own, as a browser keeps it."""
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        with connect(address, origin=self.url, max_size=None) as socket:  # type: ignore[arg-type]
            yield Session(socket)

    def run_page(self, query: str = "") -> list[ForwardMsg]:
        """What the server sends for a first look at the page."""
        request = BackMsg()
        request.rerun_script.query_string = query
        with self.session() as session:
            return session.ask(request)

    def modules(self) -> set[str]:
        """The top-level modules that the server process has imported."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("modules:"):
                return set(line.split()[1:])
        raise AssertionError("the server ended")


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(workspace: Path, script: Path | None = None) -> Iterator[Server]:
    """A server over a workspace: the app, or another `script` in its place."""
    port, started = free_port(), time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, str(port), str(workspace), *([str(script)] if script else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Server(process, port, started, workspace)
    finally:
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
