"""Writing a .pt file as a stream: a zip archive that `torch.load` reads like one of `torch.save`.

`torch.save` itself would hold all tensors that are converted, or copied from another device, until the last one is
written. It also writes all of the memory that a view lies in, and a file from a GPU loads on no machine without one.
"""

from __future__ import annotations

import io
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

import torch
from torch import Tensor
from torch._utils import _rebuild_tensor_v2, _rebuild_tensor_v3

from composer.checkpoint_reports import Written
from composer.engine.checkpoints.casting import Casting, raw
from composer.engine.checkpoints.selecting import Selection

_STORAGES: Mapping[torch.dtype, type] = {
    torch.float64: torch.DoubleStorage,
    torch.float32: torch.FloatStorage,
    torch.float16: torch.HalfStorage,
    torch.bfloat16: torch.BFloat16Storage,
    torch.complex64: torch.ComplexFloatStorage,
    torch.complex128: torch.ComplexDoubleStorage,
    torch.int64: torch.LongStorage,
    torch.int32: torch.IntStorage,
    torch.int16: torch.ShortStorage,
    torch.int8: torch.CharStorage,
    torch.uint8: torch.ByteStorage,
    torch.bool: torch.BoolStorage,
}
_ALIGNMENT = 64  # bytes, as torch has it, so that a file can be mapped into memory
_LOCAL_HEADER, _ZIP64_FIELD, _PADDING_FIELD = 30, 20, 4  # bytes
_ZIP64_FROM = 2**31


def write(
    file: BinaryIO,
    contents: Selection,
    casting: Casting,
    tell: Callable[[Written], None],
    optimizer: torch.optim.Optimizer | None = None,
) -> None:
    """Write the whole file: the state dict, or `{"model": …, "optimizer": …}`. An optimizer's tensors are not cast.

    Raises:
        OSError: where it cannot be written.
    """
    state: Any = OrderedDict((name, contents.tensors[contents.aliases.get(name, name)]) for name in contents.names)
    state._metadata = contents.versions
    labels = {id(tensor): name for name, tensor in contents.tensors.items()}
    pickler = _Pickler({id(tensor): casting for tensor in contents.tensors.values()})
    pickler.dump({"model": state, "optimizer": optimizer.state_dict()} if optimizer else state)
    total = sum(cast.nbytes(tensor) for tensor, cast in pickler.found)
    done = 0
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("archive/data.pkl"), pickler.file.getvalue())
        archive.writestr(zipfile.ZipInfo("archive/byteorder"), sys.byteorder)
        for key, (tensor, cast) in enumerate(pickler.found):
            name = labels.get(id(tensor), "optimizer")
            with _entry(archive, f"archive/data/{key}", cast.nbytes(tensor), file.tell()) as entry:
                for piece in cast.pieces(name, tensor):
                    entry.write(raw(piece))
                    done += piece.nbytes
                    tell(Written(name, done, total))
        archive.writestr(zipfile.ZipInfo("archive/version"), "3\n")


@dataclass(frozen=True, slots=True)
class _Storage:
    """The memory of a tensor in the file, as pickled: torch finds its values by the key."""

    kind: type
    key: int
    count: int

    @property
    def id(self) -> tuple[str, type, str, str, int]:
        return ("storage", self.kind, str(self.key), "cpu", self.count)


class _Pickler(pickle.Pickler):
    """Pickles tensors as torch does: how to rebuild them around storages, whose values are kept for later."""

    def __init__(self, casts: Mapping[int, Casting]) -> None:
        self.file = io.BytesIO()
        super().__init__(self.file, protocol=2)  # all that torch reads without running code
        self.found: list[tuple[Tensor, Casting]] = []
        self._casts = casts

    def persistent_id(self, obj: Any) -> Any:
        return obj.id if isinstance(obj, _Storage) else None

    def reducer_override(self, obj: Any) -> Any:
        if not isinstance(obj, Tensor):
            return NotImplemented
        cast = self._casts.get(id(obj), Casting())
        dtype, key = cast.dtype(obj), len(self.found)
        self.found.append((obj, cast))
        strides = torch.empty(obj.shape, device="meta").stride()
        layout: tuple[Any, ...] = (0, tuple(obj.shape), strides, False, OrderedDict())  # no gradients, no hooks
        kind = _STORAGES.get(dtype)
        if kind is not None:
            return _rebuild_tensor_v2, (_Storage(kind, key, obj.numel()), *layout)
        storage = _Storage(torch.UntypedStorage, key, cast.nbytes(obj))
        return _rebuild_tensor_v3, (storage, *layout, dtype)


def _entry(archive: zipfile.ZipFile, name: str, nbytes: int, at: int) -> IO[bytes]:
    """A new entry whose values begin at a multiple of the alignment; the archive's file is `at` long so far."""
    info, large = zipfile.ZipInfo(name), nbytes >= _ZIP64_FROM
    start = at + _LOCAL_HEADER + len(name) + _PADDING_FIELD + _ZIP64_FIELD * large
    padding = b"Z" * (-start % _ALIGNMENT)
    info.extra = struct.pack("<2sH", b"FB", len(padding)) + padding
    return archive.open(info, "w", force_zip64=large)
