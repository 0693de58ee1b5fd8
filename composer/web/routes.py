"""The app's own routes, beside those of Streamlit."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from composer.ui import following
from composer.ui.transfers import DOWNLOAD, UPLOAD
from composer.web import transfers


def routes() -> list[BaseRoute]:
    """All of them. They are plain functions, so that they run in threads: a lock may be held, or a disk be slow."""
    return [
        Route(following.ADDRESS, changed),
        Route(f"{DOWNLOAD}/{{token}}", transfers.download),
        Route(f"{UPLOAD}/{{token}}", transfers.upload, methods=["PUT"]),
    ]


def changed(request: Request) -> JSONResponse:
    """Whether the tab whose secret name is asked for has to be drawn again."""
    behind = following.tabs.is_behind(request.query_params.get("tab", ""))
    return JSONResponse({"changed": behind}, headers={"Cache-Control": "no-store"})
