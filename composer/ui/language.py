"""The sentences a person reads, in that person's language. English is the source."""

from __future__ import annotations

import gettext
from pathlib import Path

_LOCALE = Path(__file__).parents[1] / "locale"
_catalog = gettext.translation("block-composer", _LOCALE, fallback=True)


def _(text: str) -> str:
    """`text` in the language of the interface."""
    return _catalog.gettext(text)


def plural(one: str, many: str, number: int) -> str:
    """The form that fits `number`, with `{number}` in it replaced."""
    return _catalog.ngettext(one, many, number).format(number=f"{number:,}")
