"""Images in folders that are named after their classes, perhaps within `train` and `test`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from composer.data_reports import DataOptions
from composer.engine.datasets.assembling import Samples, assembled
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.files.limits import CLASSES, DEFAULT_SIDE, IMAGES, SIDE, VALUES
from composer.engine.datasets.files.pictures import pixels
from composer.engine.datasets.splitting import chosen
from composer.engine.datasets.wording import label, place_of, quoted, refused

_TEST = frozenset({"test", "val", "valid", "validation"})
_TRAIN = frozenset({"train", "training"})
_LAYOUT = "images in folders named after their classes"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive or folder called `source`: the folders that it is in, its name, and how to read it."""

    source: str
    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def place(self) -> str:
        return place_of(self.source, "/".join(self.parts))


def hidden(parts: Sequence[str]) -> bool:
    """Whether an entry is what systems put beside a person's files."""
    return any(part.startswith((".", "__MACOSX")) or part in ("Thumbs.db", "desktop.ini") for part in parts)


def check_filled(source: str, folders: Sequence[tuple[str, ...]], entries: Sequence[Entry]) -> None:
    """Refuse a folder with no file in it: a class without images is a mistake.

    Raises:
        DataError: for the first one.
    """
    filled = {each.parts[:depth] for each in entries for depth in range(len(each.parts))}
    for folder in sorted(folders):
        if folder not in filled:
            raise refused(place_of(source, "/".join(folder)), "an image in every folder", "an empty one", "Remove it.")


def class_folders(source: str, entries: Sequence[Entry], options: DataOptions) -> DataSet:
    """The images: inputs N×channels×height×width from 0 to 1, classes in the order of their folders' names.

    Raises:
        DataError: where they are in no folders of classes, or one of them cannot be used.
    """
    height, width, channels = _size(source, options)
    entries = _without_common_folder(source, sorted(entries, key=lambda each: each.parts))
    tested = [each.parts[0].lower() in _TEST for each in entries]
    if _is_split(entries):
        entries = [replace(each, parts=each.parts[1:]) for each in entries]
    else:
        tested = [False] * len(entries)
    labels = [_label(each) for each in entries]
    classes = _classes(source, labels)
    kept = sorted(chosen(len(entries), options.samples, torch.Generator().manual_seed(options.seed)).tolist())
    if len(kept) * channels * height * width > VALUES:
        most = VALUES // (channels * height * width)
        raise refused(source, f"at most {most:,} images of this size", f"{len(kept):,}", "Use fewer, or smaller ones.")
    images = np.empty((len(kept), height, width, channels), np.uint8)
    for at, index in enumerate(kept):
        each = entries[index]
        images[at] = pixels(each.place, each.read(), channels, height, width)
    inputs = torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255)
    targets = torch.tensor([classes.index(labels[index]) for index in kept])
    own = torch.tensor([at for at, index in enumerate(kept) if tested[index]], dtype=torch.int64)
    text = f"The images in {quoted(source)}, resized to {height}×{width}."
    samples = Samples(
        source, text, "classes", (inputs,), targets, classes, images=True, tested=own if any(tested) else None
    )
    return assembled(samples, options)


def _size(source: str, options: DataOptions) -> tuple[int, int, int]:
    height, width = options.height or DEFAULT_SIDE, options.width or DEFAULT_SIDE
    channels = options.channels or 3
    if not (1 <= height <= SIDE and 1 <= width <= SIDE):
        raise refused(source, f"images of 1 to {SIDE:,} rows and columns", f"{height}×{width}", "Use smaller ones.")
    if channels not in (1, 3):
        raise refused(source, "1 channel (gray) or 3 (colors)", f"{channels}", "Use one of these.")
    return height, width, channels


def _without_common_folder(source: str, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Entries without folders that all of them are in, as long as there are folders below."""
    if not entries:
        raise refused(source, _LAYOUT, "no image at all", "Put images into it, a folder for each class.")
    if len(entries) > IMAGES:
        raise refused(source, f"at most {IMAGES:,} images", f"{len(entries):,}", "Use a part of them.")
    while len({each.parts[0] for each in entries}) == 1 and all(len(each.parts) > 2 for each in entries):
        entries = [replace(each, parts=each.parts[1:]) for each in entries]
    return entries


def _is_split(entries: Sequence[Entry]) -> bool:
    """Whether the outer folders are those of training and of testing, and both are there."""
    outer = {each.parts[0].lower() for each in entries}
    split = outer <= _TRAIN | _TEST and bool(outer & _TRAIN) and bool(outer & _TEST)
    return split and all(len(each.parts) > 2 for each in entries)


def _label(entry: Entry) -> str:
    if len(entry.parts) != 2:
        received = "an image in no folder" if len(entry.parts) == 1 else "a folder in the folder of a class"
        raise refused(entry.place, _LAYOUT, received, "Arrange them as class/image.png.")
    return label(entry.place, entry.parts[0])


def _classes(source: str, labels: Sequence[str]) -> tuple[str, ...]:
    classes = tuple(sorted(Counter(labels)))
    if not 2 <= len(classes) <= CLASSES:
        received = f"{len(classes):,}: {quoted(classes[0])}" if len(classes) == 1 else f"{len(classes):,}"
        raise refused(source, f"2 to {CLASSES:,} folders of classes", received, "Arrange them as class/image.png.")
    return classes
