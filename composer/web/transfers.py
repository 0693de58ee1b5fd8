"""Routes for large files: a download that Starlette streams, and an upload that goes to the disk as it comes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from anyio import from_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from composer.errors import WorkspaceError
from composer.ui.language import _
from composer.ui.transfers import Upload, downloads, uploads
from composer.views import numbers
from composer.workspace import StoredFile

_TOGETHER = 4 * 2**20  # bytes that are waited for before they are written


class Refusal(Exception):
    """Why an upload is not taken, with an HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


class _Stream(FileResponse):
    chunk_size = 2**20


def download(request: Request) -> Response:
    """The file that a token stands for, or a part of it."""
    offered = downloads.find(request.path_params["token"])
    if offered is None or not offered.path.is_file():
        return PlainTextResponse(_("This file is not offered any more. Ask for it again in the app."), 404)
    headers = {"Cache-Control": "no-store", "Content-Encoding": "identity"}  # with an encoding, nobody compresses it
    return _Stream(offered.path, headers=headers, media_type="application/octet-stream", filename=offered.name)


def upload(request: Request) -> JSONResponse:
    """Receive a file into where a token says. It runs in a thread, which waits for the pieces and writes them."""
    try:
        stored = _receive(request, _allowed(request))
    except Refusal as error:
        return _answer({"error": str(error)}, error.status)
    except WorkspaceError as error:
        return _answer({"error": str(error)}, 400)
    except ClientDisconnect:
        return _answer({"error": _("The upload was broken off.")}, 400)  # to nobody, but not as an error of ours
    return _answer({"id": stored.name, "bytes": stored.nbytes}, 200)


def _allowed(request: Request) -> Upload:
    """What an upload is for, where a page of this very app asks for it."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise Refusal(403, _("Only pages of this app can upload files."))
    expected = uploads.find(request.path_params["token"])
    if expected is None:
        raise Refusal(404, _("This page is too old for an upload. Reload it, and try again."))
    return expected


def _receive(request: Request, expected: Upload) -> StoredFile:
    text = request.headers.get("content-length", "")
    length = int(text) if text.isdecimal() else None
    _within(expected.limit, length or 0)
    with expected.target.receiving(request.query_params.get("name", ""), length) as received:
        size = 0
        for piece in _pieces(request.stream()):
            size += len(piece)
            _within(expected.limit, size)
            received.write(piece)
        if not size:
            raise Refusal(400, _("The file is empty."))
        return expected.target.keep(received)


def _within(limit: int, size: int) -> None:
    if size > limit:
        text = _("The file is larger than {limit}, the most that can be uploaded. --upload-limit changes that.")
        raise Refusal(413, text.format(limit=numbers.size(limit)))


def _pieces(stream: AsyncIterator[bytes]) -> Iterator[bytes]:
    """The body of a request, in a thread: while some of it is written, the server's loop waits for the next.

    The loop itself waits for no disk, and the sender is held up while we are behind.
    """
    loop = from_thread.run_sync(asyncio.get_running_loop)
    next_ones = asyncio.run_coroutine_threadsafe(_some(stream), loop)
    try:
        while pieces := next_ones.result():
            next_ones = asyncio.run_coroutine_threadsafe(_some(stream), loop)
            yield from pieces
    finally:
        next_ones.cancel()


async def _some(stream: AsyncIterator[bytes]) -> list[bytes]:
    """So many pieces that it pays to go to another thread with them; none at the end."""
    pieces: list[bytes] = []
    size = 0
    async for piece in stream:
        pieces.append(piece)
        size += len(piece)
        if size >= _TOGETHER:
            break
    return pieces


def _answer(content: dict[str, object], status: int) -> JSONResponse:
    return JSONResponse(content, status, {"Cache-Control": "no-store"})
