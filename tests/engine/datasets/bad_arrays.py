"""Files of arrays that cannot be trained on: how each is made, and what is said."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.engine.datasets.making import Make, npy, npz, raw, zipped

X, Y = np.ones((6, 2)), np.arange(6) % 2


def saved(**arrays: Any) -> Make:
    return lambda path: npz(path, **arrays)


def files(**content: bytes) -> Make:
    return lambda path: zipped(path, {f"{name}.npy": each for name, each in content.items()})


def changed(change: Callable[[bytes], bytes]) -> Make:
    """A good file whose bytes are changed."""

    def make(path: Path) -> Path:
        npz(path, x=X, y=Y)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def header(text: str, values: bytes = b"") -> bytes:
    """An array whose header is this text."""
    line = text.encode() + b"\n"
    return b"\x93NUMPY\1\0" + len(line).to_bytes(2, "little") + line + values


def described(shape: str, descr: str = "'<f8'", values: bytes = b"") -> bytes:
    return header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}", values)


def claiming(nbytes: int) -> Make:
    """A file that says in its directory that x has so many bytes."""

    def make(path: Path) -> Path:
        content = bytearray(files(x=described(f"({nbytes - 60},)", "'|u1'"), y=npy(Y))(path).read_bytes())
        at = content.index(b"PK\1\2")
        content[at + 24 : at + 28] = nbytes.to_bytes(4, "little")
        path.write_bytes(content)
        return path

    return make


def bomb(path: Path) -> Path:
    """300 MB of zeros in 300 kB."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("x.npy", "w") as file,
    ):
        file.write(described("(300, 1000000)", "'|u1'"))
        for _ in range(300):
            file.write(bytes(1_000_000))
    return path


def pickled() -> bytes:
    return npy(np.array([{"a": 1}, None], dtype=object), pickle=True)


BAD_ARRAYS: Mapping[str, tuple[Make, dict[str, Any], str]] = {
    "empty": (raw(b""), {}, "a.npz: expects a .npz file, received an empty file. Save or download it again."),
    "no archive": (
        raw(b"\x93NUMPY" + bytes(50)),
        {},
        "a.npz: expects a .npz file, received a file of another kind. Check what it is, or save it again.",
    ),
    "cut off": (
        changed(lambda content: content[:300]),
        {},
        "a.npz: expects a .npz file, received a broken one: its zip archive has no end: it was cut off, or something was appended. Download or save it again.",
    ),
    "something appended": (
        changed(lambda content: content + b"1"),
        {},
        "a.npz: expects a .npz file, received a broken one: its zip archive has no end: it was cut off, or something was appended. Download or save it again.",
    ),
    "no arrays": (
        lambda path: zipped(path, {}),
        {},
        "a.npz: expects arrays, received none. Save plain arrays with numpy.savez.",
    ),
    "another file among the arrays": (
        lambda path: zipped(path, {"x.npy": npy(X), "a.py": b"1"}),
        {},
        "a.npz, entry “a.py”: expects an array, .npy, received a file of another kind. Save plain arrays with numpy.savez.",
    ),
    "too many arrays": (
        saved(**{f"a{at}": 1 for at in range(101)}),
        {},
        "a.npz: expects at most 100 arrays, received 101. Save inputs and targets alone.",
    ),
    "pickled objects": (
        files(x=pickled(), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects numbers, received objects of Python, which only a pickle holds. Save arrays of one type and shape.",
    ),
    "records": (
        saved(x=np.zeros(6, [("a", "f4"), ("b", "i4")]), y=Y),
        {},
        "a.npz, entry “x.npy”: expects numbers or text, received values of type “[('a', '<f4'), ('b', '<i4')]”. Save plain arrays with numpy.savez.",
    ),
    "complex numbers": (
        saved(x=X * 1j, y=Y),
        {},
        "a.npz, entry “x.npy”: expects numbers or text, received values of type “complex128”. Save plain arrays with numpy.savez.",
    ),
    "dates": (
        saved(x=np.zeros(6, "datetime64[s]"), y=Y),
        {},
        "a.npz, entry “x.npy”: expects numbers or text, received values of type “datetime64[s]”. Save plain arrays with numpy.savez.",
    ),
    "text as inputs": (
        saved(x=np.array(list("abcdef")), y=Y),
        {},
        "a.npz, entry “x.npy”: expects numbers, received values of type “<U1”. Save numbers.",
    ),
    "no inputs": (
        saved(a=X, y=Y),
        {},
        "a.npz: expects an array of inputs called x or inputs, received “a”, “y”. Save it under such a name.",
    ),
    "no targets": (
        saved(x=X, z=Y),
        {},
        "a.npz: expects an array of targets called y or targets, received “x”, “z”. Save it under such a name.",
    ),
    "no such target": (
        saved(x=X, y=Y),
        {"target": "price"},
        "a.npz: expects an array “price”, received “x”, “y”. Choose one that it has.",
    ),
    "wrong label counts": (
        saved(x=X, y=Y[:5]),
        {},
        "a.npz, entry “y.npy”: expects 6 samples, as in “x”, received 5. Save as many of each.",
    ),
    "a number for all samples": (
        saved(x=1.0, y=Y),
        {},
        "a.npz, entry “x.npy”: expects an array of samples, received a single number. Save one value for each sample.",
    ),
    "a label for all samples": (
        saved(x=X, y=1),
        {},
        "a.npz, entry “y.npy”: expects an array of samples, received a single number. Save one value for each sample.",
    ),
    "no samples": (
        saved(x=X[:0], y=Y[:0]),
        {},
        "a.npz, entry “x.npy”: expects values, received none: its shape is N×2 float64. Save samples of one size.",
    ),
    "samples of nothing": (
        saved(x=np.ones((6, 0)), y=Y),
        {},
        "a.npz, entry “x.npy”: expects values, received none: its shape is N×0 float64. Save samples of one size.",
    ),
    "one sample": (
        saved(x=X[:1], y=np.ones(1)),
        {},
        "a.npz: expects at least 2 samples, received 1. Add samples: some to train with, some to test.",
    ),
    "NaN in a sample": (
        saved(x=np.where(np.arange(12).reshape(6, 2) == 7, np.nan, X), y=Y),
        {},
        "a.npz, entry “x.npy”, index 3: expects finite numbers, received one that is not. Take it out.",
    ),
    "too large for float32": (
        saved(x=X * 1e300, y=Y),
        {},
        "a.npz, entry “x.npy”, index 0: expects finite numbers, received one that is not. Take it out.",
    ),
    "NaN in a target": (
        saved(x=X, y=np.array([1, 2, 3, np.nan, 1, 1])),
        {},
        "a.npz, entry “y.npy”: expects finite numbers, received one that is not. Take it out.",
    ),
    "NaN as a class": (
        saved(x=X, y=np.array([1, 2, 3, np.nan, 1, 1])),
        {"task": "classes"},
        "a.npz, entry “y.npy”: expects a class for each sample, received a value that is no number. Take it out.",
    ),
    "one class": (
        saved(x=X, y=Y * 0),
        {},
        "a.npz, entry “y.npy”: expects 2 to 1,000 classes, received 1. Choose another array, or say that its values are real.",
    ),
    "too many classes": (
        saved(x=np.ones((1001, 1)), y=np.arange(1001)),
        {},
        "a.npz, entry “y.npy”: expects 2 to 1,000 classes, received 1,001. Choose another array, or say that its values are real.",
    ),
    "two classes for each sample": (
        saved(x=X, y=np.ones((6, 2))),
        {"task": "classes"},
        "a.npz, entry “y.npy”: expects one class for each sample, received the shape 6×2. Save N whole numbers.",
    ),
    "text as values": (
        saved(x=X, y=np.array(list("aabbcc"))),
        {"task": "values"},
        "a.npz, entry “y.npy”: expects numbers, received values of type “<U1”. Save numbers, or learn classes.",
    ),
    "a class of control characters": (
        saved(x=X, y=np.array(["a", "b\n"] * 3)),
        {},
        "a.npz, entry “y.npy”: expects names of 1 to 100 characters that can be shown, received “b�”. Rename it.",
    ),
    "tokens of no text": (
        saved(x=X, y=Y),
        {"task": "tokens"},
        "a.npz, entry “y.npy”: expects 6×2 integers, as the inputs are, received 6 int64. Save inputs and targets as integers of one shape.",
    ),
    "training without testing": (
        saved(x_train=X, y_train=Y),
        {},
        "a.npz: expects arrays that end in _train and _test, received “x_train”, “y_train”. Add those that are missing.",
    ),
    "testing of another shape": (
        saved(x_train=X, y_train=Y, x_test=np.ones((6, 3)), y_test=Y),
        {},
        "a.npz, entry “x_test.npy”: expects the shape and type of “x_train”, N×2 float64, received N×3 float64. Save both alike.",
    ),
    "a checksum that is wrong": (
        changed(lambda content: content.replace(np.ones(1).tobytes(), bytes(8), 1)),
        {},
        "a.npz, entry “x.npy”: expects an entry that agrees with its checksum, received a damaged one. Make the archive again.",
    ),
    "a header of more values": (
        files(x=described("(600, 2)", values=X.tobytes()), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects 96 bytes of values, as are there, received a header that tells of 9,600. Save it again.",
    ),
    "a header of terabytes": (
        files(x=described("(1000000000000, 2)", values=X.tobytes()), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects 96 bytes of values, as are there, received a header that tells of 16,000,000,000,000. Save it again.",
    ),
    "a header of negative sizes": (
        files(x=described("(-3, -4)", values=X.tobytes()), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects 96 bytes of values, as are there, received a header that tells of 96. Save it again.",
    ),
    "a header of many dimensions": (
        files(x=described("(1,) * 1 + (1,)"), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects an array, .npy, received one whose header is damaged. Save it again.",
    ),
    "nine dimensions": (
        saved(x=np.ones((6, *[1] * 8)), y=Y),
        {},
        "a.npz, entry “x.npy”: expects at most 8 dimensions, received 9. Save plain arrays with numpy.savez.",
    ),
    "a header that nests": (
        files(x=header("(" * 9000), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects an array, .npy, received one whose header is damaged. Save it again.",
    ),
    "a header of code": (
        files(x=header("__import__('os').abort()"), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects an array, .npy, received one whose header is damaged. Save it again.",
    ),
    "a header too long": (
        files(x=header("{}" + " " * 20_000), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects an array, .npy, received one whose header is damaged. Save it again.",
    ),
    "a format of the future": (
        files(x=b"\x93NUMPY\x09\0" + bytes(60), y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects an array, .npy, received one whose header is damaged. Save it again.",
    ),
    "an array of 0 bytes": (
        files(x=b"", y=npy(Y)),
        {},
        "a.npz, entry “x.npy”: expects an array, .npy, received one whose header is damaged. Save it again.",
    ),
    "a directory of 3 GB": (
        claiming(3 * 10**9),
        {},
        "a.npz, entry “x.npy”: expects at most 2,147,483,648 bytes, unpacked, received 3,000,000,000. Take it out.",
    ),
    "a directory of 1 GB": (
        claiming(10**9),
        {},
        "a.npz, entry “x.npy”: expects 999,999,926 bytes of values, as are there, received a header that tells of 999,999,940. Save it again.",
    ),
    "a bomb": (
        bomb,
        {},
        "a.npz, entry “x.npy”: expects at most 268,435,456 values, received 300,000,000. Use a part of the samples.",
    ),
    "a path to elsewhere": (
        lambda path: zipped(path, {"../x.npy": npy(X), "y.npy": npy(Y)}),
        {},
        "a.npz, entry “../x.npy”: expects a path within the archive, received one that leads elsewhere. Make the archive again.",
    ),
}
