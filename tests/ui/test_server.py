"""The app's server process: small, quick to start, and only for this machine."""

from __future__ import annotations

import contextlib
import json
import socket
import urllib.request
from collections.abc import Iterator

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from composer.templates import load
from composer.web.serve import ADDRESS, PORT, free_port
from composer.workspace import Workspace
from tests.ui.server import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("workspace")
    Workspace(root).create(load("lenet"))
    with serving(root) as found:
        found.wait()
        yield found


def test_serves_pages_without_torch(server: Server) -> None:
    assert b"What would you like to build?" in _sent(server.run_page())
    opened = _sent(server.run_page("design=lenet"))
    assert b"features.conv1" in opened
    assert json.dumps("N×6×28×28").encode() in opened, "the kernel told the shapes"
    heavy = server.modules() & {"torch", "sklearn", "pygraphviz"}
    assert not heavy


def _sent(messages: list[ForwardMsg]) -> bytes:
    return b"".join(message.SerializeToString() for message in messages)


def test_refuses_foreign_hosts(server: Server) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    for headers, origin in (({"Host": "evil.example"}, server.url), ({}, "http://evil.example")):
        with (
            pytest.raises(InvalidStatus),
            connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", origin=origin, additional_headers=headers),  # type: ignore[arg-type]
        ):
            pass


def test_serves_components_and_nothing_else(server: Server) -> None:
    base = f"{server.url}/_stcore/bidi-components/composer.graph"
    assert b"export default" in urllib.request.urlopen(f"{base}/graph.js", timeout=10).read()
    with pytest.raises(OSError, match="40"):
        urllib.request.urlopen(f"{base}/../../state.py", timeout=10)


def test_finds_a_free_port() -> None:
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"Port {port} is taken"):
            free_port(port)
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # another program may have it already
            taken.bind((ADDRESS, PORT))
            taken.listen()
        assert free_port(None) not in (0, PORT)
