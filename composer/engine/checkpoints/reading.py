"""What an open file holds, by its format: content with a `View` for each tensor, and metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from composer.checkpoint_reports import Format
from composer.engine.checkpoints.archive import Archive
from composer.engine.checkpoints.foreign import START, explain
from composer.engine.checkpoints.header import is_safetensors, read_header
from composer.engine.checkpoints.pickled import BYTES, unpickled
from composer.engine.checkpoints.wording import quoted
from composer.errors import CheckpointError

_FORMAT = "format"
"""The key of the metadata that names the library, as in {"format": "pt"}; never the name of a tensor."""


@dataclass(frozen=True, slots=True)
class Read:
    """The content of a file: nested Python, with views where tensors are."""

    format: Format
    root: Any
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_file(file: BinaryIO, nbytes: int) -> Read:
    """What `file`, of `nbytes`, holds.

    Raises:
        CheckpointError: where it is of another format, or not as its format wants it.
    """
    start = file.read(START)
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return _pt(file, nbytes)
    if is_safetensors(start):
        return _safetensors(file, nbytes)
    raise CheckpointError(explain(start))


def _safetensors(file: BinaryIO, nbytes: int) -> Read:
    """Names that `safetensors.torch.save_model` left out, since another has the same values, are put back."""
    header = read_header(file, nbytes)
    aliases = {
        alias: kept
        for alias, kept in header.metadata.items()
        if kept in header.tensors and alias not in header.tensors and alias != _FORMAT
    }
    root = {**header.tensors, **{alias: header.tensors[kept] for alias, kept in aliases.items()}}
    return Read("safetensors", root, {key: text for key, text in header.metadata.items() if key not in aliases})


def _pt(file: BinaryIO, nbytes: int) -> Read:
    archive = Archive(file, nbytes)
    order = archive.read("byteorder", 16) if "byteorder" in archive.entries else b"little"
    if order == b"big":
        raise CheckpointError("it was written on a big-endian machine. Save it again as safetensors there.")
    if order != b"little":
        raise CheckpointError(
            f"its byte order {quoted(order.decode('latin-1'))} is not known. Download or save it again."
        )
    storages = {
        name.removeprefix("data/"): stored for name, stored in archive.entries.items() if name.startswith("data/")
    }
    root = unpickled(archive.read("data.pkl", BYTES), storages)
    for name in archive.entries:
        archive.check(name)
    return Read("pt", root)
