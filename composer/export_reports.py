"""Report rows about exported models. Frozen, plain Python; nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checked:
    """One run of an exported model beside the live one: the shapes of its inputs, and by how much outputs differ.

    `difference` is the largest of any output value, 0 where all are equal to the bit; `scale` is the largest output.
    """

    shapes: tuple[tuple[int, ...], ...]
    difference: float
    scale: float


@dataclass(frozen=True, slots=True)
class ExportReport:
    """A file that was written, read again and compared with the live model.

    `free` are the symbolic sizes of the design that the file leaves open, `fixed` those that it does not, with what
    they are. `notes` are what a person has to know of it.
    """

    nbytes: int
    checked: tuple[Checked, ...]
    free: tuple[str, ...] = ()
    fixed: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What a bundle holds: the text of its design, and what wrote it.

    `waiting` are lazy layers that had no sizes yet, `trial` whether a run is in it that can be repeated.
    """

    text: str
    composer: str
    torch: str
    waiting: tuple[str, ...] = ()
    trial: bool = False
