"""Files of other sorts that a person may choose by mistake: each is told what it is."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import warnings
from collections.abc import Callable

import numpy
import torch

from tests.engine.checkpoints.building import Cases, archive, honest, honest_safetensors, pickled, saved


def _npy() -> bytes:
    file = io.BytesIO()
    numpy.save(file, numpy.ones(3))
    return file.getvalue()


def _npz() -> bytes:
    file = io.BytesIO()
    numpy.savez(file, a=numpy.ones(3))
    return file.getvalue()


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("model.pt"), io.BytesIO())
    return file.getvalue()


def _script() -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), file)
    return file.getvalue()


def _exported() -> bytes:
    return archive({"archive_format": b"pt2", "models/model.json": b"{}", "data/weights/weight_0": bytes(16)})


def _zip(**entries: bytes) -> Callable[[], bytes]:
    return lambda: archive(entries, "")


CASES: Cases = {
    "an empty file": (lambda: b"", "empty"),
    "a single byte": (lambda: b"\x81", "neither"),
    "eight nulls": (lambda: bytes(8), "zeros"),
    "a megabyte of nulls": (lambda: bytes(2**20), "zeros"),
    "random bytes": (lambda: bytes((k * 7919 + 13) % 251 for k in range(4096)), "neither"),
    "text": (lambda: b"epoch 3, loss 0.25\n", "text"),
    "a program in Python": (lambda: b"import torch\ntorch.load('model.pt')\n", "text"),
    "JSON": (lambda: json.dumps({"weight": [1.0, 2.0]}).encode(), "JSON"),
    "JSON that looks like a header": (lambda: b'{"a":1, {"dtype": "F32"}}', "JSON"),
    "the index of a split model": (lambda: json.dumps({"metadata": {}, "weight_map": {}}).encode(), "index"),
    "a pointer of Git LFS": (lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "Git LFS"),
    "a web page": (lambda: b"<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
    "a web page in small letters": (lambda: b"<!doctype html>\n<title>404</title>", "web page"),
    "an answer in XML": (lambda: b"<?xml version='1.0'?><Error>AccessDenied</Error>", "web page"),
    "torch before 1.6": (lambda: saved({"a": torch.ones(2)}, _use_new_zipfile_serialization=False), "before 1.6"),
    "a plain pickle": (lambda: pickle.dumps({"a": 1}, 2), "plain pickle"),
    "a plain pickle of today": (lambda: pickle.dumps({"a": 1}), "plain pickle"),
    "a TorchScript program": (_script, "TorchScript"),
    "a program of torch.export": (_exported, "torch.export"),
    "a bundle of a design": (_zip(**{"design.json": b"{}", "weights.safetensors": b""}), "bundle"),
    "a NumPy array": (_npy, "NumPy"),
    "NumPy arrays": (_npz, "NumPy"),
    "an HDF5 file": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
    "a Keras model": (_zip(**{"config.json": b"{}", "model.weights.h5": b""}), "Keras"),
    "a GGUF file": (lambda: b"GGUF\3\0\0\0" + bytes(100), "GGUF"),
    "an ONNX model": (lambda: b"\x08\x08\x12\x07pytorch" + bytes(100), "ONNX"),
    "a TFLite model": (lambda: b"\x1c\0\0\0TFL3" + bytes(100), "neither"),
    "a tar archive": (_tar, "tar"),
    "a compressed file": (lambda: gzip.compress(honest()), "compressed"),
    "a file by bzip2": (lambda: bz2.compress(honest()), "compressed"),
    "a file by xz": (lambda: lzma.compress(honest_safetensors()), "compressed"),
    "a file by zstandard": (lambda: b"\x28\xb5\x2f\xfd" + bytes(100), "compressed"),
    "a 7z archive": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100), "packed"),
    "a RAR archive": (lambda: b"Rar!\x1a\7" + bytes(100), "packed"),
    "a zip of a checkpoint": (_zip(**{"model.safetensors": honest_safetensors()}), "zip archive"),
    "a zip of a checkpoint in a folder": (_zip(**{"model/file.pt": honest()}), "zip archive"),
    "a Java archive": (_zip(**{"META-INF/MANIFEST.MF": b""}), "Java"),
    "an office document": (_zip(**{"[Content_Types].xml": b"", "word/document.xml": b""}), "office"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
    "a photograph": (lambda: b"\xff\xd8\xff\xe0" + bytes(100), "picture"),
    "a PDF": (lambda: b"%PDF-1.7\n" + bytes(100), "document"),
    "a program": (lambda: b"\x7fELF\2\1\1" + bytes(100), "program"),
    "a shell script": (lambda: b"#!/bin/sh\nexit\n", "program"),
    "a pickle in an archive of nothing else": (lambda: archive({"model.pkl": pickled(b"}")}), "is missing"),
    "text in UTF-16": (lambda: "weights".encode("utf-16"), "neither"),
    "text with a mark of its order": (lambda: b"\xef\xbb\xbfweights: none of them", ""),
}  # fmt: skip
"""By what it is."""


def cases() -> Cases:
    return dict(CASES)
