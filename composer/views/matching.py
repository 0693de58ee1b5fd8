"""What of a file goes where in a model, as the columns of a table and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import fields

from composer.matching.match import MatchRow, State, sizes


def matching_rows(rows: Sequence[MatchRow], words: Mapping[State, str]) -> dict[str, list[str]]:
    """Columns for people; `words` are the names of the states. Of what differs, both are said."""
    return {
        "state": [words[row.state] for row in rows],
        "name": [row.name for row in rows],
        "key": [row.key for row in rows],
        "note": [row.reason or row.note for row in rows],
        "shape": [_both(_shape(row.name, row.shape), _shape(row.key, row.key_shape)) for row in rows],
        "dtype": [_both(row.dtype, row.key_dtype) for row in rows],
    }


def _both(model: str, file: str) -> str:
    return f"{model} ← {file}" if model and file and model != file else model or file


def _shape(name: str, shape: tuple[int, ...] | None) -> str:
    if not name:
        return ""
    return "?" if shape is None else sizes(shape)


def matching_csv(rows: Sequence[MatchRow]) -> str:
    """All rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [each.name for each in fields(MatchRow)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([sizes(value) if isinstance(value := getattr(row, name), tuple) else value for name in names])
    return out.getvalue()
