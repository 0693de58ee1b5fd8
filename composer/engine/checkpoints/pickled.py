"""The pickle in a file of `torch.save`, read by a machine of our own that knows the opcodes torch writes."""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from composer.engine.checkpoints import plain
from composer.engine.checkpoints.machine import Machine
from composer.engine.checkpoints.views import Stored
from composer.engine.checkpoints.wording import damaged
from composer.errors import CheckpointError

OPCODES = 1_000_000
"""Opcodes of a pickle that are read; torch writes about 30 for a tensor."""
BYTES = 16 * 2**20
"""Bytes of a pickle that are read; torch writes about 200 for a tensor."""
_LONG = 128


def unpickled(pickle: bytes, storages: Mapping[str, Stored]) -> Any:
    """What `pickle` holds: plain Python, with a `View` for each tensor. `storages` are those of the file by key.

    Raises:
        CheckpointError: where it holds anything but plain values, containers and plain tensors.
    """
    file, machine = BytesIO(pickle), Machine(storages)
    if file.read(1) != b"\x80" or file.read(1) not in (b"\2", b"\3", b"\4", b"\5"):
        raise damaged("its data.pkl is not a pickle of protocol 2 to 5")
    try:
        _run(file, machine)
    except IndexError:
        raise damaged("its pickle takes more than it put down") from None
    if file.read(1):
        raise damaged("its pickle goes on after its end")
    return machine.result()


def _run(file: BytesIO, machine: Machine) -> None:
    for _ in range(OPCODES):
        code = file.read(1)
        if code == b".":
            return
        step = _STEPS.get(code)
        if step is None:
            raise _unknown(code)
        reader, do = step
        do(machine, reader(file) if reader else None)
    raise CheckpointError(f"its pickle has more than {OPCODES:,} opcodes. Save fewer values beside the tensors.")


_OPCODES: dict[bytes, pickletools.OpcodeInfo] = {each.code.encode("latin-1"): each for each in pickletools.opcodes}


def _unknown(code: bytes) -> CheckpointError:
    if not code:
        return damaged("its pickle is cut off")
    if code not in _OPCODES:
        return damaged("its pickle is broken")
    name = _OPCODES[code].name
    return CheckpointError(f"its pickle uses {name}, as torch.save never does. Save the model's state dict instead.")


Step = tuple[Callable[[BytesIO], Any] | None, Callable[[Machine, Any], None]]


def _reader(opcode: pickletools.OpcodeInfo) -> Callable[[BytesIO], Any] | None:
    """How pickletools reads the argument of an opcode, with its failures as ours."""
    if opcode.arg is None:
        return None
    library = opcode.arg.reader

    def read(file: BytesIO) -> Any:
        try:
            return library(file)
        except (ValueError, OverflowError):
            raise damaged("its pickle holds an argument that cannot be read") from None

    return read


def _long(machine: Machine, value: int) -> None:
    if value.bit_length() > 8 * _LONG:
        raise CheckpointError(
            f"its pickle holds an integer of more than {_LONG} bytes. Save the model's state dict instead."
        )
    machine.push(value)


def _names(file: BytesIO) -> tuple[str, str]:
    """The two lines behind GLOBAL. Unlike Python's own unpickler, pickletools would decode escapes in them."""
    module, name = file.readline(), file.readline()
    if not (module + name).isascii() or not name.endswith(b"\n"):
        raise damaged("its pickle holds a name that cannot be read")
    return module[:-1].decode(), name[:-1].decode()


def _push(machine: Machine, value: Any) -> None:
    machine.push(value)


_DO: dict[str, Callable[[Machine, Any], None]] = {
    "FRAME": lambda machine, _: None,  # FRAME: only says how long the next piece is
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "BININT": _push,
    "BININT1": _push,
    "BININT2": _push,
    "LONG1": _long,
    "BINFLOAT": _push,
    "BINUNICODE": _push,
    "SHORT_BINUNICODE": _push,
    "BINUNICODE8": _push,
    "BINBYTES": _push,
    "SHORT_BINBYTES": _push,
    "BINBYTES8": _push,
    "BYTEARRAY8": _push,
    "EMPTY_DICT": lambda machine, _: machine.make({}),
    "EMPTY_LIST": lambda machine, _: machine.make([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "EMPTY_SET": lambda machine, _: machine.make(set()),
    "MARK": Machine.mark,
    "TUPLE": lambda machine, _: machine.make(tuple(machine.marked())),
    "TUPLE1": lambda machine, _: machine.make(machine.last(1)),
    "TUPLE2": lambda machine, _: machine.make(machine.last(2)),
    "TUPLE3": lambda machine, _: machine.make(machine.last(3)),
    "FROZENSET": lambda machine, _: machine.make(plain.frozenset_of(machine.marked())),
    "APPEND": lambda machine, _: machine.append(list(machine.last(1))),
    "APPENDS": lambda machine, _: machine.append(machine.marked()),
    "SETITEM": lambda machine, _: machine.set_items(list(machine.last(2))),
    "SETITEMS": lambda machine, _: machine.set_items(machine.marked()),
    "ADDITEMS": lambda machine, _: machine.add_items(machine.marked()),
    "BINPUT": Machine.put,
    "LONG_BINPUT": Machine.put,
    "MEMOIZE": Machine.memoize,
    "BINGET": Machine.get,
    "LONG_BINGET": Machine.get,
    "GLOBAL": lambda machine, names: machine.find(*names),
    "STACK_GLOBAL": lambda machine, _: machine.find(*machine.last(2)),
    "REDUCE": Machine.reduce,
    "BUILD": Machine.build,
    "BINPERSID": Machine.persistent,
}
_STEPS: dict[bytes, Step] = {
    code: (_names if opcode.name == "GLOBAL" else _reader(opcode), _DO[opcode.name])
    for code, opcode in _OPCODES.items()
    if opcode.name in _DO
}
