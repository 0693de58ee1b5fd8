"""Widgets that hold their values while other pages or designs are looked at: Streamlit lets go of what is not drawn."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from composer.ui import state

_GONE = object()


def held(key: str, id: str, usual: Any, among: Collection[Any] | None = None) -> str:
    """`key`, for the widget that is drawn next, which has the value that it had last for the design `id` in this tab.

    That is `usual` at first, and where it is not `among` what may be chosen.
    """
    values: dict[str, Any] = state.first(f"held:{id}", {})
    owner = f"{key}:holds"
    now = state.kept(key, _GONE) if state.kept(owner, "") == id else _GONE
    value = values.get(key, usual) if now is _GONE else now
    if among is not None and value not in among:
        value = usual
    values[key] = value
    if value is not now:
        state.remember(owner, id)
        state.remember(key, value)
    return key
