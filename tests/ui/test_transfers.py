"""Large files by an address of their own: streamed both ways, by token, and nothing is left of what was broken off."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from composer.errors import WorkspaceError
from composer.ui import transfers
from composer.ui.transfers import Tokens, Upload, download_address, upload_address, uploads
from composer.web.routes import routes
from composer.workspace import Checkpoints, Workspace
from tests.ui.server import free_port

Answer = tuple[http.client.HTTPResponse, bytes]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the routes are served in this process, behind the compression that Streamlit puts around them."""
    app, port = Starlette(routes=routes(), middleware=[Middleware(GZipMiddleware)]), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join()


@pytest.fixture
def checkpoints(workspace: Workspace) -> Checkpoints:
    return workspace.checkpoints


def ask(port: int, method: str, address: str, body: Any = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, address, body, named)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def put(port: int, address: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    response, content = ask(port, "PUT", address, body, **headers)
    assert response.headers["cache-control"] == "no-store"
    return response.status, json.loads(content)


def left(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in (workspace.root / "checkpoints").iterdir())


def test_a_download_is_the_file_and_never_compressed(port: int, tmp_path: Path) -> None:
    content = b"0123456789" * 300_000
    (tmp_path / "a.pt").write_bytes(content)
    response, received = ask(
        port, "GET", download_address(tmp_path / "a.pt", "Mein Netz 网络.pt"), Accept_Encoding="gzip"
    )
    assert received == content
    assert response.headers["content-length"] == "3000000"
    assert response.headers["content-encoding"] == "identity"
    assert response.headers["cache-control"] == "no-store"
    named = "attachment; filename*=utf-8''Mein%20Netz%20%E7%BD%91%E7%BB%9C.pt"
    assert response.headers["content-disposition"] == named


def test_a_download_can_go_on_where_it_was_broken_off(port: int, tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"0123456789")
    response, received = ask(port, "GET", download_address(tmp_path / "a.pt", "a.pt"), Range="bytes=7-")
    assert (response.status, received) == (206, b"789")
    assert response.headers["content-range"] == "bytes 7-9/10"


def test_what_is_not_offered_cannot_be_downloaded(port: int, tmp_path: Path, checkpoints: Checkpoints) -> None:
    path = tmp_path / "a.pt"
    path.touch()
    address = download_address(path, "a.pt")
    other = upload_address(checkpoints).rpartition("/")[2]
    path.unlink()
    for each in (address, "/composer/download/guess", f"/composer/download/{other}", "/composer/download/../a.pt"):
        response, told = ask(port, "GET", each)
        assert response.status == 404
        assert b"2" not in told
    assert ask(port, "GET", address)[1] == b"This file is not offered any more. Ask for it again in the app."


def test_an_upload_becomes_a_checkpoint(port: int, workspace: Workspace, checkpoints: Checkpoints) -> None:
    content = bytes(range(256)) * 40_000  # 10 MB
    address = upload_address(checkpoints)
    assert put(port, f"{address}?name=My%20Net.pt", content) == (200, {"id": "my-net.pt", "bytes": len(content)})
    chunks = iter([content[:100], content[100:5_000_000], content[5_000_000:]])  # nobody says how many are to come
    assert put(port, f"{address}?name=My%20Net.pt", chunks) == (200, {"id": "my-net-2.pt", "bytes": len(content)})
    assert left(workspace) == ["my-net-2.pt", "my-net.pt"]
    assert all(checkpoints.path(name).read_bytes() == content for name in left(workspace))


def test_an_upload_of_data_comes_to_the_data(port: int, workspace: Workspace) -> None:
    address = upload_address(workspace.data)
    assert put(port, f"{address}?name=My%20Table.CSV", b"a,b\n1,2\n") == (200, {"id": "my-table.csv", "bytes": 8})
    assert workspace.data.path("my-table.csv").read_bytes() == b"a,b\n1,2\n"
    told = "'net.pt' is no name of a data file: those end in .csv, .tsv, .txt, .npz or .zip."
    assert refused(port, f"{address}?name=net.pt", b"1") == (400, told)
    assert left(workspace) == []


def refused(port: int, address: str, body: Any, **headers: str) -> tuple[int, str]:
    status, answer = put(port, address, body, **headers)
    assert answer.keys() == {"error"}
    return status, answer["error"]


def test_what_is_no_upload_of_a_page_is_refused(port: int, workspace: Workspace, checkpoints: Checkpoints) -> None:
    address = upload_address(checkpoints)
    told = (403, "Only pages of this app can upload files.")
    assert refused(port, f"{address}?name=a.pt", b"1", Origin="http://evil.example") == told
    status, _ = put(port, f"{address}?name=a.pt", b"1", Origin=f"http://127.0.0.1:{port}")
    assert status == 200
    token = download_address(workspace.root / "a.pt", "a.pt").rpartition("/")[2]
    for each in ("guess", token):
        status, error = refused(port, f"/composer/upload/{each}?name=a.pt", b"1")
        assert (status, error) == (404, "This page is too old for an upload. Reload it, and try again.")
    assert ask(port, "POST", f"{address}?name=a.pt", b"1")[0].status == 405
    assert left(workspace) == ["a.pt"]


def test_what_is_no_checkpoint_is_refused(port: int, workspace: Workspace, checkpoints: Checkpoints) -> None:
    address = upload_address(checkpoints)
    told = "is no name of a checkpoint: those end in .safetensors, .pt, .pth or .composer."
    for name in ("a.exe", "", "a"):
        assert refused(port, f"{address}?name={name}", b"1") == (400, f"{name!r} {told}")
    assert refused(port, f"{address}?name=a.pt", b"") == (400, "The file is empty.")
    assert left(workspace) == []


def test_a_limit_holds_whatever_is_said_of_the_size(port: int, workspace: Workspace, checkpoints: Checkpoints) -> None:
    address = f"/composer/upload/{uploads.give(Upload(checkpoints, 2_000_000))}?name=a.pt"
    told = "The file is larger than 1.91 MiB, the most that can be uploaded. --upload-limit changes that."
    assert refused(port, address, b"0" * 2_000_001) == (413, told)
    assert refused(port, address, iter([b"0" * 1_000_000] * 3)) == (413, told)
    assert put(port, address, b"0" * 2_000_000)[0] == 200
    assert left(workspace) == ["a.pt"]


def test_a_broken_connection_leaves_nothing(port: int, workspace: Workspace, checkpoints: Checkpoints) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest("PUT", f"{upload_address(checkpoints)}?name=a.pt")
    connection.putheader("Content-Length", "100000000")
    connection.endheaders()
    connection.send(b"0" * 10_000_000)
    assert soon(lambda: bool(left(workspace)))
    assert re.fullmatch(r"\.a\.pt\.[0-9a-f]{8}\.tmp", left(workspace)[0])
    connection.close()
    assert soon(lambda: not left(workspace))


def soon(true: Any) -> bool:
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(true())


def test_a_full_disk_is_told(port: int, workspace: Workspace, checkpoints: Checkpoints) -> None:
    huge = str(10**15)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    address = f"/composer/upload/{uploads.give(Upload(checkpoints, 10**16))}?name=a.pt"
    connection.request("PUT", address, headers={"Content-Length": huge})
    error = json.loads(connection.getresponse().read())["error"]
    connection.close()
    assert error.startswith(f"No space is left on the disk of {workspace.root / 'checkpoints'}: 1,000.0 TB are needed")
    assert left(workspace) == []


def test_others_are_answered_during_an_upload_to_a_slow_disk(
    port: int, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    from composer.workspace import Received

    monkeypatch.setattr(Received, "write", lambda self, data: time.sleep(0.02))
    address = f"{upload_address(checkpoints)}?name=a.pt"
    thread = threading.Thread(target=put, args=(port, address, b"0" * 10_000_000))
    thread.start()
    began, answers = time.monotonic(), 0
    while thread.is_alive():
        assert ask(port, "GET", "/composer/changed")[0].status == 200
        answers += 1
    thread.join()
    assert answers > 10 * (time.monotonic() - began), "ten in a second, at the least"


def test_tokens_are_for_one_thing_and_end() -> None:
    tokens: Tokens[str] = Tokens(seconds=0.05)
    first, second = tokens.give("a"), tokens.give("b")
    assert first != second
    assert min(len(first), len(second)) >= 32
    assert (tokens.find(first), tokens.find(second), tokens.find("")) == ("a", "b", None)
    assert tokens.give("a") == first
    time.sleep(0.06)
    assert tokens.find(first) is None
    assert tokens.give("a") != first
    assert len(tokens) == 1


def test_the_limit_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transfers.upload_limit() == 16 * 2**30
    for text, limit in (("20GB", 20 * 10**9), ("4096", 4096), ("", 16 * 2**30)):
        monkeypatch.setenv(transfers.UPLOAD_LIMIT, text)
        assert transfers.upload_limit() == limit
    monkeypatch.setenv(transfers.UPLOAD_LIMIT, "much")
    with pytest.raises(WorkspaceError, match=r"BLOCK_COMPOSER_UPLOAD_LIMIT: 'much' is no size, such as 20 GB"):
        transfers.upload_limit()
