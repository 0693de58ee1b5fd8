"""Text of a document made fit to show: no control characters, no more than there is room for."""

from __future__ import annotations

import unicodedata

# Controls, invisible formatting (text direction among it), surrogates, private use, line and paragraph separators.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SHORT = {"\n": "⏎", "\t": "⇥", "\r": "⏎"}


def clean(text: str) -> str:
    """`text` on one line, with every character that would not be seen, or would act on a terminal, written out."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if unicodedata.category(char) not in _UNSEEN:
        return char
    return _SHORT.get(char) or f"\\u{{{ord(char):x}}}"


def shorten(text: str, width: int) -> str:
    """`text` cleaned, and cut to `width` characters with an ellipsis at its end."""
    text = clean(text[: 2 * width])  # enough: cleaning shortens nothing
    return text if len(text) <= width else f"{text[: width - 1]}…"


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes: two for wide characters, none for combining ones."""
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)
