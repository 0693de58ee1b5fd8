"""Texts in a fixed width as HTML: a region that a keyboard can scroll, in the colors of the theme."""

from __future__ import annotations

import html
from collections.abc import Iterator

from composer.ui.highlight import highlight
from composer.views.wording import clean


def values(text: str, label: str) -> str:
    """Values of a tensor, written out."""
    return _region("\n".join(html.escape(clean(line)) for line in text.split("\n")), label)


def source(text: str, label: str) -> str:
    """Python, colored."""
    return _region("\n".join("".join(_pieces(line)) for line in highlight(text)), label)


def _region(inside: str, label: str) -> str:
    return f'<pre class="fixed" tabindex="0" role="region" aria-label="{html.escape(label)}">{inside}</pre>'


def _pieces(line: list[str]) -> Iterator[str]:
    for kind, piece in zip(line[::2], line[1::2], strict=True):
        text = html.escape(piece)
        yield f'<span class="{kind}">{text}</span>' if kind else text
