"""A second opinion, from the compiler: what accepted code loads by name is on the lists, and it stores no attribute."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.codegen.gate import Names, examine
from composer.codegen.gate.vocabulary import functional, functions, tensors
from composer.codegen.gate.vocabulary.builtin import BUILTINS, MATH, MODULES
from tests.codegen.gate.honest_language import LANGUAGE
from tests.codegen.gate.honest_layers import LAYERS
from tests.codegen.gate.hostile import ESCAPES, FORBIDDEN
from tests.codegen.gate.programs import programs
from tests.codegen.gate.running import names_of

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
NAMES = Names({"weight"}, {"linear"}, {"units"})

GLOBALS = frozenset(BUILTINS) | MODULES | {"AssertionError"}
ATTRIBUTES = (
    functions.TORCH_FUNCTIONS
    | frozenset(functions.DTYPES)
    | frozenset(functions.CONSTANTS)
    | frozenset(functions.LIMITS)
    | functions.LIMIT_NUMBERS
    | frozenset(functions.PARTS)
    | frozenset(name for names in functions.PARTS.values() for name in names)
    | functional.FUNCTIONAL_FUNCTIONS
    | frozenset(functional.INIT)
    | frozenset(name for names in MATH.values() for name in names)
    | tensors.METHOD_NAMES
    | tensors.PROPERTY_NAMES
    | tensors.TYPES
    | {"init", "training", "Tensor"}
)
NEVER = (
    "IMPORT", "STORE_ATTR", "STORE_GLOBAL", "STORE_NAME", "DELETE_ATTR", "DELETE_GLOBAL", "DELETE_SUBSCR",
    "DELETE_NAME", "LOAD_BUILD_CLASS", "LOAD_NAME", "YIELD_VALUE", "BEFORE_WITH", "SETUP_", "FORMAT_",
    "BUILD_STRING", "BUILD_SET", "GET_AWAITABLE", "MATCH_", "PUSH_EXC_INFO",
)  # fmt: skip


def complaints(text: str, names: Names) -> list[str]:
    """What the compiled functions of `text` do that is on no list."""
    module = compile(text, "text", "exec", dont_inherit=True)
    return [complaint for code in _functions(module) for each in dis.get_instructions(code)
            if (complaint := _complaint(each, ATTRIBUTES | names.all))]  # fmt: skip


def _functions(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _functions(each)


def _complaint(instruction: dis.Instruction, attributes: frozenset[str]) -> str:
    name = instruction.opname
    if name.startswith(NEVER):
        return name
    if name == "LOAD_GLOBAL" and instruction.argval not in GLOBALS:
        return f"global {instruction.argval}"
    if name in ("LOAD_ATTR", "LOAD_METHOD") and instruction.argval not in attributes:
        return f"attribute {instruction.argval}"
    return ""


@pytest.mark.parametrize("case", [*LAYERS, *LANGUAGE], ids=lambda case: case.name)
def test_honest_layers(case):
    assert complaints(case.text, names_of(case.declared)) == []


@given(programs())
def test_honest_programs(text: str):
    assert complaints(text, NAMES) == []


PIECES = [
    "x", "y", "self", "torch", "F", "math", "nn", "os", "open", ".sum()", ".weight", ".linear(x)", ".dtype",
    ".data", ".os", ".pi", ".relu(x)", ".zeros(2)", "(x)", "[0]", "[", "]", "(", ")", " if ", " else ", " for ",
    " in ", " + ", " = ", " == ", ", ", "*", "lambda: ", "\n    ", "\n    def f(y): return ", "\n    for y in ",
    ": pass", "f", "len", "range(3)", "\n    y = ", "\n    return ", "None", "1", " is ", "'mean'", "dim=",
    "out=", ".view(", ".init.zeros_(x)", "import ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_pieces(pieces: list[str]):
    text = f"def forward(self, x):\n    y = {''.join(pieces)}\n    return y\n"
    if examine(text, NAMES).accepted:
        assert complaints(text, NAMES) == []


@pytest.mark.parametrize("kind", ["escapes", "forbidden"])
def test_the_compiler_complains_of_most_hostile_code_too(kind: str):
    """So the opinion is worth something: it is of another making than the gate."""
    texts = [text for text, *_ in (ESCAPES if kind == "escapes" else FORBIDDEN)]
    noticed = [text for text in texts if _noticed(text)]
    assert len(noticed) > (0.7 if kind == "escapes" else 0.4) * len(texts)


def _noticed(text: str) -> bool:
    try:
        return bool(complaints(text, NAMES))
    except SyntaxError:
        return True
