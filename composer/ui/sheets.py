"""Style sheets of pages, which lie beside their code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent


def use(*names: str) -> None:
    """Bring style sheets of this folder to the page that is drawn."""
    st.html(_styles(names))


@cache
def _styles(names: tuple[str, ...]) -> str:
    return f"<style>{''.join((_FOLDER / name).read_text(encoding='utf-8') for name in names)}</style>"
