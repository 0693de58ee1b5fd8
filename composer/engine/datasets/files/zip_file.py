"""A zip archive of images in class folders: nothing of it is unpacked to the disk."""

from __future__ import annotations

from pathlib import Path

from composer.data_reports import DataOptions
from composer.engine.datasets.base import DataSet
from composer.engine.datasets.files.archives import open_archive
from composer.engine.datasets.files.class_folders import Entry, check_filled, class_folders, hidden
from composer.engine.datasets.files.limits import IMAGE_BYTES


def zip_file(path: Path, options: DataOptions) -> DataSet:
    """The images in the archive at `path`.

    Raises:
        DataError: where it is no archive, something in it leads elsewhere, or it holds no images in class folders.
    """
    with open_archive(path, "a zip archive of images", IMAGE_BYTES) as packed:
        shown = [each for each in packed if not hidden(each.parts)]
        entries = [Entry(path.name, each.parts, each.read) for each in shown if not each.folder]
        check_filled(path.name, [each.parts for each in shown if each.folder], entries)
        return class_folders(path.name, entries, options)
