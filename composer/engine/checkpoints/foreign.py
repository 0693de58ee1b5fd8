"""Files that hold no tensors in a way that is read here: what they are, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from composer.errors import CheckpointError

_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # a number that torch wrote first until 1.6
START = 512
"""Bytes at the beginning of a file that tell what it is."""
_SAVE = "Save the model's state dict with torch.save or as safetensors."

_STARTS: Sequence[tuple[tuple[bytes, ...], str]] = (
    (
        (_LEGACY,),
        "it is in the format of torch before 1.6, which cannot be checked before it runs. "
        "Where you trust it, load it and save it again with a newer torch, or as safetensors.",
    ),
    ((b"version https://git-lfs",), "it is only a pointer of Git LFS. Fetch the file itself with “git lfs pull”."),
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"), "it is compressed. Unpack it, and open what is in it."),
    ((b"7z\xbc\xaf\x27\x1c", b"Rar!"), "it is a packed archive. Unpack it, and open what is in it."),
    ((b"\x89HDF\r\n\x1a\n",), f"it is an HDF5 file, as Keras writes it. {_SAVE}"),
    (
        (b"\x93NUMPY",),
        "it is a NumPy array. Turn it into a tensor with torch.from_numpy, and save that with torch.save.",
    ),
    ((b"GGUF", b"ggjt", b"lmgg", b"tjgg"), "it is a GGUF file of llama.cpp. Look for the same model as safetensors."),
    ((b"\x08",), "it looks like an ONNX model. Save the state dict of the PyTorch model that it was made from."),
    ((b"<!DOCTYPE", b"<!doctype", b"<html", b"<HTML", b"<?xml"), "it is a web page. Download the file itself again."),
    (
        (b"\x80\x01", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        f"it is a plain pickle, which runs code when it is loaded. {_SAVE}",
    ),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF"), "it is a picture or a document. Choose a file of tensors."),
    ((b"\x7fELF", b"MZ", b"#!"), "it is a program. Choose a file of tensors."),
)

_ARCHIVES: Sequence[tuple[Callable[[str, str], bool], str]] = (
    (
        lambda name, inner: inner == "constants.pkl" or inner.startswith("code/"),
        "it is a TorchScript program. Save the state dict of its model: torch.save(model.state_dict(), …).",
    ),
    (
        lambda name, inner: inner in ("archive_format", "models/model.json") or name.startswith("serialized_"),
        "it is a program of torch.export. Save the state dict of its model: torch.save(model.state_dict(), …).",
    ),
    (
        lambda name, inner: name.endswith(".npy"),
        "it holds NumPy arrays. Turn them into tensors with torch.from_numpy and save them with torch.save.",
    ),
    (
        lambda name, inner: name in ("design.json", "bundle.json"),
        "it is a bundle of a whole design. Open it as a design.",
    ),
    (lambda name, inner: name == "model.weights.h5", f"it is a Keras model. {_SAVE}"),
    (lambda name, inner: name == "META-INF/MANIFEST.MF", "it is a Java program. Choose a file of tensors."),
    (lambda name, inner: name == "[Content_Types].xml", "it is an office document. Choose a file of tensors."),
)


def explain(start: bytes) -> str:
    """What a file is that is neither safetensors nor of `torch.save`, by its first START bytes, and what to do."""
    if not start:
        return "it is empty. Download or save it again."
    if start[257:262] == b"ustar":
        return "it is a tar archive: of torch before 0.1.10, or of something else. Unpack it, or save it again."
    for beginnings, reason in _STARTS:
        if start.startswith(beginnings):
            return reason
    if not start.strip(b"\0"):
        return "it holds nothing but zeros at its beginning. Download or save it again."
    if _text(start) and b'"weight_map"' in start:
        return "it is only the index of a model in several files. Open the files themselves, one by one."
    if _text(start):
        kind = "JSON" if start.lstrip().startswith((b"{", b"[")) else "text"
        return f"it is {kind}, not tensors. Choose a .safetensors file or one of torch.save."
    return "it is neither safetensors nor a file of torch.save. Choose one of these, or download it again."


def explain_archive(names: Sequence[str]) -> None:
    """Refuse a zip archive whose entries show that it is not of `torch.save`.

    Raises:
        CheckpointError: where it is of something else.
    """
    inner = [name.partition("/")[2] for name in names]
    for test, reason in _ARCHIVES:
        if any(map(test, names, inner)):
            raise CheckpointError(reason)
    if "data.pkl" not in inner:
        if "data.pkl" in names:
            raise CheckpointError(
                "its entries are in no folder, though torch.save puts them in one. Save it again with torch.save."
            )
        raise CheckpointError(
            "it is a zip archive, but not of torch.save: data.pkl is missing. Unpack it, or choose another file."
        )


def _text(start: bytes) -> bool:
    """Whether these bytes are text; the last character of START bytes may be cut off."""
    try:
        return start[: START - 4].decode().replace("\n", "").replace("\r", "").replace("\t", "").isprintable()
    except UnicodeDecodeError:
        return False
