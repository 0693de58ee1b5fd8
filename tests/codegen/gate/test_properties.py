"""What holds for any text."""

from __future__ import annotations

import ast
import re
import time
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.codegen.gate import Names, examine
from tests.codegen.gate.hostile import BROKEN, ESCAPES, FORBIDDEN, inside
from tests.codegen.gate.programs import programs

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")  # as of 1[0] and 1if x
NAMES = Names({"weight"}, {"linear"}, {"units"})
HEAD = "import torch\n\nclass Layer(torch.nn.Module):\n    def __init__(self):\n        pass\n\n"

HOSTILE_EXPRESSIONS = [
    "eval(1)", "x.__class__", "torch.os", "(lambda: x)", "open", "self", "torch", "x.data", "x.sum", "'text'", "{}",
    "self.other", "x.numpy()", "torch.load(x)", "torch.save(x, x)", "self.linear", "__import__", "x._base", "F", "len",
    "x.dtype", "torch.float32", "f'{x}'", "(q := 1)", "(0 for q in x)", "nn.Linear", "10**10**10", "x.sum(out=x)",
    "self.__init__", "unknown", "getattr(x, x)", "x.view(torch.bool)", "b'1'", "torch.sum(**x)", "math.sys",
]  # fmt: skip
HOSTILE_STATEMENTS = [
    "import os", "from os import *", "del x", "global x", "raise x", "x.data = x", "self.weight = x", "torch = x",
    "with x: pass", "try: pass\nfinally: pass", "class A: pass", "yield x", "await x", "x: eval = 1",
    "eval(x)", "async def f(): pass", "def f(*a): pass", "def f(a=eval): pass", "@eval\ndef f(a): pass", "len = x",
    "_a = x", "nonlocal x",
]  # fmt: skip


def accepted(text: str) -> bool:
    return examine(text, NAMES).accepted


def same_in_a_class(text: str) -> bool:
    """Whether `text`, indented in a class of a file, is compiled, and as the same functions."""
    tree = ast.parse(HEAD + indent(text, "    "))
    compile(tree, "file", "exec", dont_inherit=True)
    inner = tree.body[1]
    assert isinstance(inner, ast.ClassDef)
    return [ast.dump(each) for each in inner.body[1:]] == [ast.dump(each) for each in ast.parse(text).body]


@given(programs())
def test_honest_programs_are_accepted(text: str):
    assert [str(each) for each in examine(text, NAMES).refusals] == []
    assert same_in_a_class(text)


@given(programs(), st.sampled_from(HOSTILE_EXPRESSIONS), st.data())
def test_one_hostile_expression_is_enough(text: str, hostile: str, data: st.DataObject):
    places = [each for each in re.finditer(r"\bx\b", text) if each.start() > text.index("y = x")]
    place = data.draw(st.sampled_from(places))
    # In a list, for as an argument, or compared, a type would be in its place.
    assert not accepted(f"{text[: place.start()]}[{hostile}][0]{text[place.end() :]}")


@given(programs(), st.sampled_from(HOSTILE_STATEMENTS), st.data())
def test_one_hostile_statement_is_enough(text: str, hostile: str, data: st.DataObject):
    lines = text.splitlines()
    number = data.draw(
        st.sampled_from([n for n, line in enumerate(lines) if line.startswith(" ") and "else:" not in line])
    )
    margin = " " * (len(lines[number]) - len(lines[number].lstrip()))
    assert not accepted("\n".join([*lines[:number], indent(hostile, margin), *lines[number:]]))


@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text: str):
    assert not accepted(text)


@given(st.binary(max_size=400), st.sampled_from(["latin-1", "utf-8", "utf-16-le"]))
def test_any_bytes_get_an_answer(data: bytes, encoding: str):
    assert not accepted(data.decode(encoding, errors="surrogateescape" if encoding == "utf-8" else "replace"))


TOKENS = [
    "def", "forward", "init", "(", ")", "[", "]", "{", "}", "self", "x", ":", ",", ".", "=", "==", "+", "-", "**", "*",
    "return", "if", "else", "for", "in", "while", "lambda", "torch", "F", "1", "2.5", "'a'", "None", "not",
    "await", "\n", "\n    ", "\n        ", "@", ":=", "...", "global", "yield", "class", "import", "#", "\\",
    "match", "case", "_", ";", "%",
]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=60), st.booleans())
def test_any_tokens_get_an_answer_and_what_is_accepted_is_compiled(tokens: list[str], within: bool):
    text = " ".join(tokens)
    text = inside("\n".join(text.split("\n"))) if within else text
    if accepted(text):
        assert same_in_a_class(text)


@given(st.sampled_from([*ESCAPES, *FORBIDDEN, *BROKEN]), st.data())
def test_hostile_code_with_a_part_left_out_gets_an_answer(snippet: tuple[str, int, str], data: st.DataObject):
    text = snippet[0]
    start = data.draw(st.integers(0, len(text)))
    rest = text[:start] + text[start + data.draw(st.integers(1, 20)) :]
    if accepted(rest):
        assert same_in_a_class(rest)


LARGE = {
    "statements": lambda n: inside("y = x + 1\n" * (n // 14)),
    "refusals": lambda n: inside("evil(x)\n" * (n // 12)),
    "quotes": lambda n: inside("'\"" * 450 + "\n" + "'\"'\n" * (n // 8)),
    "brackets": lambda n: "([{" * (n // 3),
    "closing brackets": lambda n: ")\n" * (n // 2),
    "long names": lambda n: inside(f"{'a' * 400} = {'b' * 400}\n" * (n // 830)),
    "operators": lambda n: inside(f"y = x{'+x' * 40}\n" * (n // 90)),
    "local functions": lambda n: inside("\n".join(f"def f{k}(a):\n    return f{k // 2}(a)" for k in range(n // 40))),
    "loops": lambda n: inside("for i in x:\n    y = [i for i in x]\n" * (n // 45)),
    "commas": lambda n: inside("y = (" + "x,\n" * (n // 8) + ")"),
    "comments": lambda n: inside("# \\\n" * (n // 10)),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_time_grows_with_size(name: str):
    small, large = LARGE[name](4_500), LARGE[name](18_000)
    assert len(large) <= 20_000
    # Four times the size: twenty times the time would be worse than its square.
    assert _seconds(large) < 20 * _seconds(small) + 0.1


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        examine(text, NAMES)
        best = min(best, time.perf_counter() - start)
    return best
