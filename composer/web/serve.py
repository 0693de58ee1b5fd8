"""Serving the app on this machine, to this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import traceback
import webbrowser
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from composer.kernel.launch import warm_up
from composer.ui import transfers
from composer.ui.language import _
from composer.ui.state import WORKSPACE
from composer.web.routes import routes
from composer.workspace import Workspace
from composer.workspace.remote import is_remote, local_path, mirrored, shown

ADDRESS = "127.0.0.1"
PORT = 8585
SCRIPT = Path(__file__).with_name("app.py")

_OPTIONS = {
    "browser.gatherUsageStats": False,
    "client.allowedOrigins": [],
    "client.showErrorDetails": "none",
    "client.toolbarMode": "viewer",
    "logger.hideWelcomeMessage": True,
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
    "server.address": ADDRESS,
    "server.allowedHosts": [ADDRESS, "localhost"],
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "theme.light.primaryColor": "#4f46e5",
    "theme.dark.primaryColor": "#8b8cf7",
}


def serve(
    port: int | None = None, browser: bool = True, workspace: Path | str | None = None, upload_limit: int | None = None
) -> None:
    """Serve the app until it is interrupted. Prints where it is, and opens it in the browser where wanted.

    `workspace` is a folder or the address of one, which is kept in step with a copy on this machine until the end.
    With no `port` it is 8585, or any free one where another program has that. `upload_limit` is in bytes.

    Raises:
        OSError: where the port asked for is taken.
        WorkspaceError: where the workspace's folder cannot be used, or the environment's limit of uploads is no size.
    """
    if upload_limit is not None:
        os.environ[transfers.UPLOAD_LIMIT] = str(upload_limit)
    with working_on(str(workspace or os.environ.get(WORKSPACE, ""))) as folder:
        if folder is not None:
            os.environ[WORKSPACE] = str(folder)
        Workspace(folder)  # what cannot be used is told here, not on every page
        transfers.upload_limit()
        _serve(free_port(port), port, browser)


@contextmanager
def working_on(place: str) -> Iterator[Path | None]:
    """The folder of this machine for a workspace: itself, or the copy of the one at an address; None for "".

    Raises:
        WorkspaceError: where the address cannot be used.
    """
    if not is_remote(place):
        yield local_path(place).resolve() if place else None
        return
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # it ends with a farewell, too
    with mirrored(place, lambda text: print(f"{shown(place)}: {text}", flush=True)) as mirror:
        yield mirror.folder


def _serve(own: int, port: int | None, browser: bool) -> None:
    if own != (port or PORT):
        print(f"Port {PORT} is taken by another program, so this is port {own}.", flush=True)
    url = f"http://{ADDRESS}:{own}"
    warm_up()
    announcing = _announcing(url, webbrowser.open if browser else None)
    app = st.App(SCRIPT, lifespan=announcing, routes=routes(), on_script_error=_report)
    with contextlib.suppress(KeyboardInterrupt):  # the way to end it
        app.run(config={**_OPTIONS, "server.port": own})


def free_port(wanted: int | None) -> int:
    """`wanted`; with None the default port, or any free one where that is taken.

    Raises:
        OSError: where `wanted` is taken.
    """
    for port in (wanted,) if wanted is not None else (PORT, 0):
        with socket.socket() as probe:
            if os.name == "posix":  # there it is no way to share a port, only not to wait for old connections
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ADDRESS, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"Port {wanted} is taken by another program. Name another with --port, or none to have one found.")


def _announcing(url: str, open_page: Callable[[str], object] | None) -> Callable[[st.App], Any]:
    """What runs around the server's life: say where it is when it answers."""

    @asynccontextmanager
    async def lifespan(app: st.App) -> AsyncGenerator[None]:
        threading.Thread(target=_announce, args=(url, open_page), name="announce", daemon=True).start()
        yield

    return lifespan


def _announce(url: str, open_page: Callable[[str], object] | None) -> None:
    host, port = url.removeprefix("http://").split(":")
    for _attempt in range(100):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    print(f"Block Composer is at {url} (Ctrl+C ends it).", flush=True)
    if open_page:
        open_page(url)


def _report(error: Exception) -> bool:
    """What a person sees of an error that nobody foresaw: a message. The terminal has the rest."""
    traceback.print_exception(error)
    name = type(error).__name__
    st.error(_("Something went wrong in the app itself ({name}). The terminal says more.").format(name=name))
    return True
