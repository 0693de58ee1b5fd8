"""A place to bring a file of tensors or data to, which goes to the disk without passing through Streamlit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from composer.ui import state
from composer.ui.language import _
from composer.ui.transfers import upload_address, upload_limit
from composer.ui.views import component
from composer.views import numbers
from composer.workspace import checkpoints, data_files

To = Literal["checkpoints", "data"]


def uploader(key: str, on_received: Callable[[str], None], accept: Sequence[str] = (), to: To = "checkpoints") -> None:
    """The component, under `key`. `on_received` is called with the name of each file that came in, by then in `to`.

    `accept` are the endings of files that are taken; all that `to` takes, where there are none.
    """
    component("upload")(key=key, data=shown(accept, to), on_received_change=lambda: _receive(key, on_received))


def shown(accept: Sequence[str] = (), to: To = "checkpoints") -> dict[str, Any]:
    """What the component shows."""
    workspace = state.documents().workspace
    target = workspace.data if to == "data" else workspace.checkpoints
    accept = accept or (data_files.ENDINGS if to == "data" else checkpoints.ENDINGS)
    limit, endings = upload_limit(), ", ".join(accept)
    size = numbers.size(limit)
    strange = _("{{name}} is no file of tensors: those end in {endings}.")
    if to == "data":
        strange = _("{{name}} is no file of data: those end in {endings}.")
    return {
        "address": upload_address(target),
        "accept": list(accept),
        "limit": limit,
        "words": {
            "zone": _("Upload a file"),
            "choose": _("Choose a file"),
            "hint": _("or drop one on the page: {endings}, at most {size}").format(endings=endings, size=size),
            "cancel": _("Cancel"),
            "bar": _("Uploaded"),
            "progress": _("{done} of {total}, {rate}/s"),
            "storing": _("{total}, being stored"),
            "begun": _("{name} is being uploaded."),
            "received": _("{name} is here, as {id}."),
            "canceled": _("Canceled: nothing was kept."),
            "broken": _("The connection was broken off, and nothing was kept. Is the app still running?"),
            "one": _("One file at a time, please."),
            "ending": strange.format(endings=endings),
            "empty": _("{name} is empty."),
            "large": _("{{name}} is larger than {size}. --upload-limit lets larger files in.").format(size=size),
        },
    }


def _receive(key: str, on_received: Callable[[str], None]) -> None:
    message = state.said(key, "received")
    if isinstance(message, dict) and isinstance(message.get("id"), str):
        on_received(message["id"])


__all__ = ["shown", "uploader"]
