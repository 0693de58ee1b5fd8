"""Pickles that leave a mark where they are loaded unsafely: a folder of the name that the variable MARK has.

Each is a way of its own to get something run. `CALLS` differ in what is called, `PLACES` in where it hides,
`FORMATS` in the file around it.
"""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable

from tests.engine.checkpoints.building import (
    Cases,
    archive,
    call,
    dict_of,
    name,
    number,
    pickled,
    pt,
    storage,
    tensor,
    text,
    tuple_of,
)  # fmt: skip

_CODE = "import os; os.mkdir(os.environ['MARK'])"
_EXEC = call(name("builtins", "exec"), text(_CODE))
_MKDIR = name("posix", "mkdir")
_MARK = call(name("os", "getenv"), text("MARK"))
_RUN = "would have to run"

CALLS: dict[str, bytes] = {
    "exec": _EXEC,
    "eval by its name in Python 2": call(
        name("__builtin__", "eval"), text("__import__('os').mkdir(__import__('os').getenv('MARK'))")
    ),
    "eval": call(name("builtins", "eval"), text("__import__('os').mkdir(__import__('os').environ['MARK'])")),
    "os.system": call(name("os", "system"), text('mkdir "$MARK"')),
    "posix.system": call(name("posix", "system"), text('mkdir "$MARK"')),
    "os.mkdir": call(name("os", "mkdir"), _MARK),
    "os.makedirs": call(name("os", "makedirs"), _MARK),
    "subprocess.call": call(
        name("subprocess", "call"), text('mkdir "$MARK"'), number(-1), *[b"N"] * 5, b"\x88", b"\x88"
    ),
    "subprocess.getoutput": call(name("subprocess", "getoutput"), text('mkdir "$MARK"')),
    "open for writing": call(name("io", "open"), _MARK, text("w")),
    "timeit": call(name("timeit", "timeit"), text(_CODE), text("pass"), name("time", "perf_counter"), number(1)),
    "cProfile.run": call(name("cProfile", "run"), text(_CODE)),
    "shutil.copyfile": call(name("shutil", "copyfile"), text("/dev/null"), _MARK),
    "functools.partial": b"(" + name("functools", "partial") + _MKDIR + _MARK + b"o)R",
    "operator.methodcaller": call(
        call(name("operator", "methodcaller"), text("mkdir")), call(name("pathlib", "PosixPath"), _MARK)
    ),
    "getattr": call(
        call(name("builtins", "getattr"), call(name("importlib", "import_module"), text("os")), text("mkdir")), _MARK
    ),
    "map and list": call(name("builtins", "list"), call(name("builtins", "map"), _MKDIR, tuple_of(_MARK))),
    "a code object": call(
        name("builtins", "exec"), call(name("builtins", "compile"), text(_CODE), text("f"), text("exec"))
    ),
    "runpy": call(
        name("runpy", "_run_code"), call(name("builtins", "compile"), text(_CODE), text("f"), text("exec")), b"}"
    ),
}
"""By what is called."""

PLACES: dict[str, bytes] = {
    "a value of a state dict": dict_of({"weight": tensor(), "other": _EXEC}),
    "a key": b"}" + _EXEC + b"K\1s",
    "an item of a list": b"](" + _EXEC + b"e",
    "an item of a tuple": _EXEC + b"\x85",
    "in an optimizer": dict_of({"state": b"}", "param_groups": b"]" + dict_of({"lr": _EXEC}) + b"a"}),
    "as the hooks of a tensor": tensor(hooks=_EXEC),
    "as whether a gradient is wanted": tensor(required=_EXEC),
    "as a size": tensor(size=_EXEC),
    "as the metadata of a tensor": tensor(more=_EXEC),
    "as the key of a storage": tensor(storage(key=_EXEC)),
    "as the type of a storage": tensor(storage(kind=_EXEC)),
    "in the state of a parameter": call(
        name("torch._utils", "_rebuild_parameter_with_state"), tensor(), b"\x89", _EXEC, dict_of({"a": _EXEC})
    ),
    "behind the class of a tensor": call(
        name("torch._tensor", "_rebuild_from_type_v2"), name("builtins", "exec"), name("torch", "Tensor"),
        tuple_of(text(_CODE)), b"}",
    ),
    "in the versions of a state dict": name("collections", "OrderedDict") + b")R}" + text("_metadata") + _EXEC + b"sb",
    "thrown away": b"K\1" + _EXEC + b"0",
    "behind what is thrown away": b"K\1" + _EXEC + b"00" + dict_of({"weight": tensor()}),
    "by the opcode INST": b"(" + text(_CODE) + b"ibuiltins\nexec\n",
    "by the opcode OBJ": b"(" + name("functools", "partial") + name("os", "mkdir") + _MARK + b"o)R",
    "by a name from the stack": text("builtins") + text("exec") + b"\x93" + tuple_of(text(_CODE)) + b"R",
    "by a name from the memo": text("builtins") + b"q\0" + text("exec") + b"q\1h\0h\1\x93" + text(_CODE) + b"\x85R",
    "by a name with dots": text("torch.serialization") + text("os.mkdir") + b"\x93" + _MARK + b"\x85R",
    "by torch's own import of os": name("torch.serialization", "os.mkdir") + _MARK + b"\x85R",
    "by setting a state": name("collections", "OrderedDict") + b")R" + dict_of({"x": _EXEC}) + b"b",
}  # fmt: skip
"""By where it hides, in protocol 4, where names may have dots."""

PROTOCOLS: dict[str, bytes] = {
    "protocol 0": f"cbuiltins\nexec\n(S{_CODE!r}\ntR.".encode(),
    "protocol 1": b"cbuiltins\nexec\n(" + text(_CODE) + b"tR.",
    "protocol 3": pickled(_EXEC, 3),
    "protocol 4": pickled(_EXEC, 4),
    "protocol 5": pickled(_EXEC, 5),
}
"""By protocol, as the pickle of an archive."""


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for entry in ("sys_info", "pickle", "storages"):
            data = pickled(_EXEC)
            info = tarfile.TarInfo(entry)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return file.getvalue()


def _legacy() -> bytes:
    return pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickled(_EXEC) + pickled(_EXEC)


FORMATS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a plain pickle": (lambda: pickled(_EXEC), "plain pickle"),
    "a plain pickle of protocol 4": (lambda: pickled(_EXEC, 4), "plain pickle"),
    "a plain pickle of protocol 0": (lambda: PROTOCOLS["protocol 0"], "text"),
    "the format of torch before 1.6": (_legacy, "before 1.6"),
    "a tar of torch before 0.1.10": (_tar, "tar archive"),
    "a TorchScript archive": (lambda: pt(pickled(_EXEC), **{"constants.pkl": pickled(b")")}), "TorchScript"),
    "code beside the tensors": (lambda: pt(pickled(b"}"), **{"code/__torch__.py": _CODE.encode()}), "TorchScript"),
    "two pickles": (lambda: pt(pickled(b"}"), **{"data2.pkl": pickled(_EXEC)}), "data2.pkl"),
    "a pickle in a folder above": (
        lambda: archive({"file/data.pkl": pickled(b"}"), "data.pkl": pickled(_EXEC)}, ""), "data.pkl",
    ),
    "two folders": (
        lambda: archive({"a/data.pkl": pickled(b"}"), "b/data.pkl": pickled(_EXEC)}, ""), "b/data.pkl"),
}  # fmt: skip
"""By the file around it."""


def marked() -> dict[str, Callable[[], bytes]]:
    """The files of which each leaves a mark where `torch.load(weights_only=False)` loads it: the control."""
    calls = {f"calling {key}": lambda value=value: pt(pickled(value)) for key, value in CALLS.items()}
    hidden = {f"hidden {key}": lambda value=value: pt(pickled(value, 4)) for key, value in PLACES.items()}
    protocols = {key: lambda value=value: pt(value) for key, value in PROTOCOLS.items()}
    return {**calls, **hidden, **protocols}


def cases() -> Cases:
    words = {"hidden by the opcode INST": "INST", "protocol 0": "protocol 2 to 5", "protocol 1": "protocol 2 to 5"}
    found: Cases = {key: (make, words.get(key, _RUN)) for key, make in marked().items()}
    return found | {f"in {key}": case for key, case in FORMATS.items()}
