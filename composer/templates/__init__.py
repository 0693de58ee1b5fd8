"""Ready designs, as JSON files beside this one."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from composer.design import text as design_text
from composer.design.document import Design


def names() -> list[str]:
    """The names of the templates, in alphabetical order."""
    files = resources.files(__name__).iterdir()
    return sorted(each.name.removesuffix(".json") for each in files if each.name.endswith(".json"))


def text(name: str) -> str:
    """The text of a template.

    Raises:
        KeyError: where there is none of that name.
    """
    if name not in names():
        raise KeyError(name)
    return (resources.files(__name__) / f"{name}.json").read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def load(name: str) -> Design:
    """The design of a template.

    Raises:
        KeyError: where there is none of that name.
    """
    return design_text.loads(text(name))
