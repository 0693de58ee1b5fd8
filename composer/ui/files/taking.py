"""Taking a file away: a link to the route that streams it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from composer.ui.transfers import download_address


def take(label: str, path: Path, name: str) -> None:
    """A link that downloads the file at `path` as `name`."""
    st.link_button(label, download_address(path, name), icon=":material/download:", type="tertiary")
