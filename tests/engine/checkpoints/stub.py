"""A checkpoint in memory, for tests of what is done with an open one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from composer.checkpoint_reports import FileReport, Part, StoredTensor
from composer.engine.preview import dtype_name


class Stub:
    """What an open file would be that has one part, at ""."""

    def __init__(self, tensors: Mapping[str, Tensor], of: Mapping[str, str] | None = None) -> None:
        self._tensors = dict(tensors)
        rows = tuple(
            StoredTensor(name, tuple(each.shape), dtype_name(each.dtype), each.nbytes, (of or {}).get(name, ""))
            for name, each in tensors.items()
        )
        self.report = FileReport("safetensors", 0, (Part("", "state dict", rows),))

    def tensor(self, part: str, name: str) -> Tensor:
        assert part == ""
        return self._tensors[name]

    def content(self, part: str) -> Any:
        return self._tensors
