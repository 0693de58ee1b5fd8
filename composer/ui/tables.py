"""Tables as HTML: light, readable by screen readers, and in the colors of the theme."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from composer.views.tints import TINTS
from composer.views.wording import clean


def table(label: str, head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table whose cells are HTML (see `cell`); columns in `numbers` end at one place. `label` is its name."""
    tops = "".join(f'<th scope="col"{_sort(k, numbers)}>{html.escape(each)}</th>' for k, each in enumerate(head))
    lines = "".join(f"<tr>{''.join(_cells(row, numbers))}</tr>" for row in rows)
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{html.escape(label)}">'
        f"<table><thead><tr>{tops}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def cell(text: str, sort: str = "", title: str = "") -> str:
    """Text in a cell. `sort` is a class of the style sheet, `title` what is said on hover."""
    shown = html.escape(clean(text))
    if not sort and not title:
        return shown
    hint = f' title="{html.escape(clean(title))}"' if title else ""
    return f'<span class="{sort}"{hint}>{shown}</span>'


def tinted(text: str, tint: int | None, title: str = "") -> str:
    """A name in a cell, with a mark in the color of what it shares (`composer.views.tints`)."""
    return cell(text, f"exact tint tint-{tint % TINTS}" if tint is not None else "", title)


def _cells(row: Sequence[str], numbers: Sequence[int]) -> Iterable[str]:
    first, *others = row
    yield f'<th scope="row">{first}</th>'
    for k, each in enumerate(others, 1):
        yield f"<td{_sort(k, numbers)}>{each}</td>"


def _sort(column: int, numbers: Sequence[int]) -> str:
    return ' class="number"' if column in numbers else ""
