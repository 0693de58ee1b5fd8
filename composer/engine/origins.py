"""Which op of a design a line of its source is about."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType

from composer.design.document import Design
from composer.design.nodes import Op
from composer.design.paths import find
from composer.errors import EditError
from composer.reports import SourceReport


@dataclass(frozen=True, slots=True)
class Place:
    """An op: its id among its siblings, and its kind."""

    id: str
    kind: str


def ops_by_line(design: Design, source: SourceReport) -> Mapping[int, Place]:
    """The op that each line of `source` is about, lines numbered from 1; lines about anything else are left out."""
    found: dict[int, Place] = {}
    for number, path in enumerate(source.about, 1):
        try:
            node = find(design, path) if path else None
        except EditError:
            node = None
        if isinstance(node, Op):
            found[number] = Place(node.id, node.kind)
    return found


def place(filename: str) -> int:
    """The line of the innermost frame that runs the source named `filename`; 0 where there is none."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        if frame.f_code.co_filename == filename:
            return frame.f_lineno
        frame = frame.f_back
    return 0
