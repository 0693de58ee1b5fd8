"""Changes honest files at random, and opens them: each is refused in our words, or can be read to the last tensor.

Runs as a program of its own, `python -m tests.engine.checkpoints.changer SEED COUNT`, since a file that gets through
might end the process. It prints how many were refused and how many were read; any other error ends it.
"""

from __future__ import annotations

import random
import struct
import sys
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from composer.engine.checkpoints.opening import measured, open_checkpoint
from composer.errors import CheckpointError
from tests.engine.checkpoints.broken_archives import central, local, patched, spans
from tests.engine.checkpoints.honest import PT, TENSORS, write_pt, write_safetensors
from tests.engine.checkpoints.test_honest import same

_OPCODES = b"(.0RQbtuseq)}]K\x85\x86\x93\xff\0"
read_by_both: list[bool] = []
NOT = {"many tensors"}


def honest_files(folder: Path) -> list[bytes]:
    found = []
    path = folder / "honest"
    for protocol in (2, 4):
        for name in PT.keys() - NOT:
            write_pt(path, name, protocol)
            found.append(path.read_bytes())
    for name in TENSORS.keys() - NOT:
        write_safetensors(path, name)
        found.append(path.read_bytes())
    return sorted(found)


def changed(data: bytes, chance: random.Random) -> bytes:
    """`data` with a few bytes flipped, set to special values, put in, taken out, or repeated."""
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(data))
        length = chance.choice((1, 1, 2, 4, 8, 30))
        match chance.randrange(5):
            case 0:
                data = patched(data, at, bytes([data[at] ^ 1 << chance.randrange(8)]))
            case 1:
                data = patched(data, at, chance.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * length)
            case 2:
                data = data[:at] + chance.randbytes(length) + data[at:]
            case 3:
                data = data[:at] + data[at + length :]
            case _:
                data = data[:at] + data[at : at + length] + data[at:]
    return data


def inside(data: bytes, chance: random.Random) -> bytes:
    """`data` with its pickle changed, of the same length, and the checksums made right again."""
    start, end = spans(data)["data.pkl"]
    pickle = bytearray(data[start:end])
    for _ in range(chance.choice((1, 1, 2, 4))):
        pickle[chance.randrange(len(pickle))] = chance.choice(
            (chance.randrange(256), *b"(.0RQbtuseq)}]K\x85\x86\x93\xff\0")
        )
    crc = struct.pack("<I", zlib.crc32(pickle))
    data = patched(data, start, bytes(pickle))
    if data[local(data, "data.pkl") + 6] & 8:
        data = patched(data, end + 4, crc)
    return patched(data, central(data, "data.pkl") + 16, crc)


def header(data: bytes, chance: random.Random) -> bytes:
    """`data` with a byte of its header of safetensors changed to one that stands in such headers."""
    size = int.from_bytes(data[:8], "little")
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = patched(data, 8 + chance.randrange(max(size, 1)), bytes([chance.choice(b'0123456789,:[]{}"FIU\\ -.e')]))
    return data


def read(path: Path) -> None:
    """Everything that a file holds, in every way; where torch reads it too, it reads the same."""
    with open_checkpoint(path) as checkpoint:
        measured(checkpoint)
        content = checkpoint.content("")
        for part in checkpoint.report.parts:
            checkpoint.content(part.path)
            for row in part.tensors:
                tensor = checkpoint.tensor(part.path, row.name)
                assert (tuple(tensor.shape), tensor.dtype) == (row.shape, getattr(torch, row.dtype))
    try:
        theirs = load_file(path) if checkpoint.report.format == "safetensors" else loaded(path)
    except Exception:
        return  # they refuse a few more, such as devices that are not there
    if checkpoint.report.format == "safetensors":
        content = {name: content[name] for name in theirs}
    read_by_both.append(same(content, theirs))


def loaded(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # protocol 4 is not what torch writes by default
        return torch.load(path, weights_only=True)


def main(seed: int, count: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        files = honest_files(Path(folder))
        path = Path(folder) / "file"
        refused = 0
        for _ in range(count):
            data = chance.choice(files)
            zipped = data.startswith(b"PK")
            ways = (changed, inside, inside) if zipped else (changed, header, header)
            path.write_bytes(chance.choice(ways)(data, chance))
            try:
                read(path)
            except CheckpointError as error:
                refused += 1
                assert len(str(error)) <= 300 and str(error).isprintable()
    assert read_by_both and all(read_by_both)
    print(f"{refused} refused, {count - refused} read")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
