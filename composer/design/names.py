"""Names that may stand in source. Text of a document gets there only as one of these, or as a literal."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Container

from composer.catalog import RESERVED_IDS

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")  # ASCII: Python folds other letters, and keys would change

TAKEN = frozenset(dir(builtins)) | {
    "torch",
    "nn",
    "F",
    "copy",
    "math",
    "self",
    "training",
    "OrderedDict",
    "fnmatchcase",
    "partial",
    "cls",
    "when_ready",
    "layer",
    "module",
}
"""Names that generated code reads, so that nothing of a document may hide them."""


def is_identifier(text: str) -> bool:
    """Whether `text` can be an attribute's or variable's name as it stands."""
    return _IDENTIFIER.fullmatch(text) is not None and not keyword.iskeyword(text) and not text.startswith("__")


def is_attribute(id: str) -> bool:
    """Whether a child called `id` can be written `self.<id>`."""
    return is_identifier(id) and id not in RESERVED_IDS


def is_free_name(text: str) -> bool:
    """Whether `text` may name a class, option or index: an identifier that hides nothing the code reads."""
    return is_identifier(text) and text not in TAKEN and not re.fullmatch(r"d\d+", text)


def is_class_name(text: str) -> bool:
    """Whether `text` may name a definition: a free name that no constructor assigns (`composer.codegen.finish`)."""
    return is_free_name(text) and not re.fullmatch(r"name|parameter|path|initialize_\d+", text)


def unique(base: str, taken: Container[str]) -> str:
    """`base`, or `base` with the first number that makes it unlike all of `taken`."""
    name, number = base, 2
    while name in taken or name in TAKEN or keyword.iskeyword(name):
        name, number = f"{base}_{number}", number + 1
    return name


def variable(text: str, prefix: str = "x") -> str:
    """A variable's name that recalls `text`."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:40].lower()
    return name if name and not name[0].isdigit() else f"{prefix}{name}"


def camel(text: str) -> str:
    """The letters and digits of `text` in CamelCase."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", text))[:60]


def class_name(text: str, default: str = "Model") -> str:
    """A class's name for `text`: the text itself where it is one, else its words in CamelCase."""
    if is_free_name(text) and not text.startswith("_"):
        return text
    name = camel(text)
    if not name or name[0].isdigit():
        name = f"{default}{name}"
    return name if is_free_name(name) else f"{name}Model"
