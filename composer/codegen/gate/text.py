"""From text to a syntax tree that is small, flat, and reads in an editor as Python reads it."""

from __future__ import annotations

import ast
import io
import tokenize
import unicodedata
from collections.abc import Iterator

from composer.codegen.gate.result import Refusal, short

CHARACTERS = 20_000
LINE = 1_000
TOKENS_OF_LINE = 2_000  # of a logical line: how deep Python's own parser may have to go
BRACKETS = 30
DEPTH = 100
NODES = 10_000
"""The caps of a text: characters in all and in a line, open brackets, nested syntax, nodes of syntax."""

_SPLITTING = "\x1c\x1d\x1e\x85\u2028\u2029"
# What `str.splitlines` takes for the end of a line and Python does not: a comment would become code when indented.


def parsed(text: str) -> ast.Module | Refusal:
    """The tree of `text`, or why there is none."""
    return next(_too_large(text), None) or next(_odd_characters(text), None) or _tree(text)


def _too_large(text: str) -> Iterator[Refusal]:
    if len(text) > CHARACTERS:
        yield Refusal(1, 1, f"The code has more than {CHARACTERS:,} characters.", "Split it into several layers.")
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE:
            yield Refusal(number, LINE + 1, f"The line has more than {LINE:,} characters.", "Break it.")


def _odd_characters(text: str) -> Iterator[Refusal]:
    if text.isascii() and text.isprintable():
        return
    line, start = 1, 0
    for at, character in enumerate(text):
        if character == "\n":
            line, start = line + 1, at + 1
        elif character == "\t":
            yield Refusal(line, at - start + 1, "The code holds a tab.", "Indent with spaces.")
        elif character in _SPLITTING or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            # Among them the marks that turn the reading direction: code would not be what it looks like.
            yield Refusal(line, at - start + 1, f"The character U+{ord(character):04X} cannot be seen.", "Delete it.")


def _tree(text: str) -> ast.Module | Refusal:
    try:
        refusal = next(_odd_tokens(text), None)
        tree = refusal or ast.parse(text)
    except tokenize.TokenError as error:
        line, column = error.args[1]
        return Refusal(line, column + 1, "This is not Python: a bracket or a string is not closed.")
    except SyntaxError as error:
        return Refusal(error.lineno or 1, error.offset or 1, f"This is not Python: {error.msg[:100]}.")
    except (ValueError, RecursionError, MemoryError):
        return Refusal(1, 1, "The code is nested too deeply to be read.", "Use steps with names.")
    return tree if isinstance(tree, Refusal) else _too_deep(tree) or tree


def _odd_tokens(text: str) -> Iterator[Refusal]:
    depth = length = harmless = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        line, column = token.start
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        length = 0 if token.type == tokenize.NEWLINE else length + 1
        harmless += token.string.count("\\") if token.type == tokenize.COMMENT else 0
        if depth > BRACKETS or length > TOKENS_OF_LINE:
            yield Refusal(line, column + 1, "The expression is too long or too deep.", "Use steps with names.")
        if token.type not in (tokenize.COMMENT, tokenize.STRING) and not token.string.isascii():
            # Python would read some such letters as others: ｅval is eval.
            reason = f"{short(token.string.strip())} is not made of the letters a to z."
            yield Refusal(line, column + 1, reason, "Use plain letters, digits and _ in names.")
        if token.type == tokenize.STRING and "\\" in token.string:
            yield Refusal(line, column + 1, "The text holds a backslash.", "Write the character itself.")
    if text.count("\\") > harmless:
        lines = [number for number, each in enumerate(text.split("\n"), 1) if "\\" in each.partition("#")[0]]
        yield Refusal(min(lines, default=1), 1, "A backslash is not there.", "Break the line within parentheses.")


def _too_deep(tree: ast.Module) -> Refusal | None:
    level: list[ast.AST] = [tree]
    count = 0
    for _ in range(DEPTH):
        count += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level or count > NODES:
            break
    if count > NODES:
        return Refusal(1, 1, f"The code has more than {NODES:,} parts.", "Split it into several layers.")
    if not level:
        return None
    place = next((each for each in level if isinstance(each, ast.expr | ast.stmt)), None)
    line, column = (place.lineno, place.col_offset) if place else (1, 0)
    return Refusal(line, column + 1, "The code is nested too deeply.", "Use steps with names.")
