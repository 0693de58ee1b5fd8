"""Python source as pieces of a kind, for a place that colors them."""

from __future__ import annotations

import io
import keyword
import tokenize

_KINDS = {tokenize.COMMENT: "comment", tokenize.NUMBER: "number", tokenize.STRING: "string"}


def highlight(text: str) -> list[list[str]]:
    """Each line of `text` as kind, piece, kind, piece, …

    A kind is "keyword", "string", "number", "comment", "name" (of a class or function where it is defined), or "".
    """
    lines = text.removesuffix("\n").split("\n")
    found: list[list[str]] = [[] for _ in lines]
    reached = [0] * len(lines)

    def add(row: int, kind: str, end: int) -> None:
        if end > reached[row]:
            found[row] += [kind, lines[row][reached[row] : end]]
            reached[row] = end

    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = _kind(token, before)
        before = token.string
        (first, start), (last, end) = token.start, token.end
        for row in range(first, last + 1) if kind else ():  # a string may be of several lines
            add(row - 1, "", start if row == first else 0)
            add(row - 1, kind, end if row == last else len(lines[row - 1]))
    for row, line in enumerate(lines):
        add(row, "", len(line))
    return found


def _kind(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.NAME:
        return "keyword" if keyword.iskeyword(token.string) else "name" if before in ("class", "def") else ""
    return "string" if tokenize.tok_name[token.type].startswith("FSTRING") else _KINDS.get(token.type, "")
