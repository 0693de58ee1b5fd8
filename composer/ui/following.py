"""Keeping up: a tab is drawn again when another tab, or another program, changed the design that it shows.

Each tab has a secret name, by which its page asks every moment whether it shows what there is (`follow.js`, and the
route in `composer.web.routes`). Asking runs no script of Streamlit's, so a page that is up to date is left alone.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from composer.ui import state
from composer.ui.document import Document

ADDRESS = "/composer/changed"
_SCRIPT = Path(__file__).with_name("follow.js")
_SILENT = 600.0  # seconds after which a tab that does not ask is taken to be closed


@dataclass(slots=True)
class _Tab:
    document: Document
    stamp: str
    asked: float


class Tabs:
    """What each tab was drawn with last. Safe to use from the threads of all tabs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: dict[str, _Tab] = {}

    def drawn(self, name: str, document: Document) -> None:
        """Note that a tab is being drawn with what a document is now."""
        stamp, now = document.stamp, time.monotonic()
        with self._lock:
            self._tabs = {key: tab for key, tab in self._tabs.items() if now - tab.asked < _SILENT}
            self._tabs[name] = _Tab(document, stamp, now)

    def is_behind(self, name: str) -> bool:
        """Whether a tab shows what is not so any more, or it is not known what it shows."""
        with self._lock:
            tab = self._tabs.get(name)
            if tab is None:
                return True
            tab.asked = time.monotonic()
        return tab.document.stamp != tab.stamp

    def __len__(self) -> int:
        return len(self._tabs)


tabs = Tabs()
"""The tabs of this process."""


def follow(document: Document) -> None:
    """Draw what keeps this tab up to date. It shows nothing."""
    name = state.tab_name(lambda: secrets.token_urlsafe(16))
    tabs.drawn(name, document)
    # The callback does nothing: that there is one makes the page run again, which is all that is wanted.
    _component()(key=state.FOLLOW, data={"address": f"{ADDRESS}?tab={name}"}, on_changed_change=lambda: None)


@cache
def _component() -> Any:
    return st.components.v2.component("follow", js=_SCRIPT.read_text(encoding="utf-8"))
