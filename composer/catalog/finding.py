"""Finding a kind by its name, or by what people call it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from composer.catalog.spec import NodeSpec


def close(kind: str, kinds: Iterable[str]) -> list[str]:
    """The kinds whose name resembles `kind`, the nearest first, whatever the case of letters."""
    folded: dict[str, list[str]] = {}
    for each in kinds:
        folded.setdefault(each.casefold(), []).append(each)
    matches = difflib.get_close_matches(kind.casefold(), folded, n=3, cutoff=0.7)
    return [each for match in matches for each in folded[match]]


def search(text: str, specs: Mapping[str, NodeSpec]) -> list[NodeSpec]:
    """The specs that every word of `text` is found in, the best first.

    A hit in the name counts more than one in the aliases, and that more than one in the help; a whole word
    more than the beginning of one, and that more than a part. Equals stay in the order of the palette.
    """
    words = text.casefold().split()
    if not words:
        return list(specs.values())
    scored = [(_score(words, spec), spec) for spec in specs.values()]
    return [spec for score, spec in sorted(scored, key=lambda pair: -pair[0]) if score]


def _score(words: Sequence[str], spec: NodeSpec) -> int:
    each = [_word_score(word, spec) for word in words]
    return sum(each) if all(each) else 0


def _word_score(word: str, spec: NodeSpec) -> int:
    return max(
        10 * (word == spec.kind.casefold()) + 8 * _match(word, [spec.kind.casefold(), *_parts(spec.kind)]),
        5 * _match(word, [alias.casefold() for alias in spec.aliases]),
        2 * _match(word, [spec.category.casefold()]),
        _match(word, spec.help.casefold().replace(",", " ").replace(".", " ").split()),
    )


def _parts(kind: str) -> list[str]:
    """`["batch", "norm"]` of `BatchNorm2d`."""
    return [part.casefold() for part in re.findall(r"[A-Z]+[a-z]*|[a-z]+", kind)]


def _match(word: str, texts: Sequence[str]) -> int:
    if word in texts:
        return 4
    if any(each.startswith(word) for each in texts):
        return 3
    if any(f" {word}" in f" {each.replace('-', ' ')}" for each in texts):
        return 2
    return int(len(word) > 1 and any(word in each for each in texts))
