"""Hostile code is refused, nothing of it is run, and each refusal says where and why in a sentence or two."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from composer.codegen.gate import Names, examine
from composer.codegen.gate.result import LONGEST
from tests.codegen.gate.hostile import BROKEN, ESCAPES, FORBIDDEN, Snippet

ROOT = Path(__file__).parents[3]
NAMES = Names({"weight"}, {"linear"}, {"units"})
HOSTILE = [*ESCAPES, *FORBIDDEN, *BROKEN]
assert len(HOSTILE) >= 120


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    return tmp_path / "mark"


@pytest.mark.parametrize("snippet", HOSTILE, ids=[f"{n}-{each[2]}" for n, each in enumerate(HOSTILE)])
def test_hostile_code_is_refused_where_it_stands(snippet: Snippet, mark: Path):
    text, line, words = snippet
    refusals = examine(text, NAMES).refusals
    assert refusals
    assert refusals[0].line == line, str(refusals[0])
    assert words in str(refusals[0])
    for each in refusals:
        assert len(str(each)) <= LONGEST
        assert "\n" not in str(each)
        assert "Traceback" not in str(each)
        assert 1 <= each.line <= text.count("\n") + 1
        assert 1 <= each.column <= max(map(len, text.split("\n"))) + 1
        assert each.reason.endswith((".", "?")) and each.instead.endswith((".", ")", "")), str(each)
    assert not mark.exists()


def test_without_the_gate_each_escape_leaves_its_mark(mark: Path):
    """So that the test above is one of the gate, and not of snippets that do nothing."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.codegen.gate.control"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=dict(os.environ), timeout=120)
    assert result.stdout.splitlines()[-1] == "[]", result.stdout + result.stderr
    assert mark.exists()


def test_an_examination_loads_nothing():
    code = (
        "import sys; from composer.codegen.gate import Names, examine; before = set(sys.modules)\n"
        "from tests.codegen.gate.hostile import ESCAPES\n"
        "before = set(sys.modules)\n"
        "[examine(text, Names()) for text, *_ in ESCAPES]\n"
        "print(sorted(set(sys.modules) - before), 'torch' in sys.modules, 'numpy' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "[] False False"


def test_columns_count_characters():
    text = "def forward(self, x):\n    '''中文'''; y = eval(1)\n    return x\n"
    refusal = examine(text, NAMES).refusals[0]
    assert (refusal.line, refusal.column) == (2, 19)


def test_all_refusals_are_given_in_order():
    text = "def forward(self, x):\n    y = eval(x) + self.a\n    import os\n    return x.data\n"
    found = examine(text, NAMES).refusals
    assert [(each.line, each.column) for each in found] == [(2, 9), (2, 24), (3, 5), (4, 14)]
    assert str(found[3]) == "line 4: .data is not among what can be read. Use .detach()."


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ("torch.empty(2)", "Use torch.zeros."),
        ("torch.relu6(x)", "Use F.relu6."),
        ("F.einsum('i->i', x)", "Use torch.einsum."),
        ("nn.Linear(1, 2)", "Use F, or declare a layer."),
        ("x.relus()", "There is relu."),
        ("self.weigth", "There is weight."),
        ("rang(3)", "There is range."),
        ("torch.softmx(x, 0)", "There is softmax."),
        ("x.data", "Use .detach()."),
        ("x.numpy()", "Use .tolist(), or stay with tensors."),
        ("torch.sum(x, out=x)", "The result is what the call gives."),
    ],
)
def test_a_refusal_says_what_to_use_instead(code: str, instead: str):
    assert examine(f"def forward(self, x):\n    return {code}\n", NAMES).refusals[0].instead == instead


@pytest.mark.parametrize("name", ["__class__", "_modules", "apply", "register_buffer", "a__b", "forward", "state_dict"])
def test_a_declared_name_that_a_module_has_of_its_own_is_not_read(name: str):
    names = Names({name}, {name}, {name})
    for code in (f"self.{name}", f"self.{name}(x)"):
        assert not examine(f"def forward(self, x):\n    return {code}\n", names).accepted


def test_a_declared_init_and_a_written_one_cannot_be_told_apart():
    text = "def forward(self, x):\n    return x\ndef init(self):\n    pass\n"
    assert str(examine(text, Names({"init"})).refusals[0]).startswith("line 3: init is declared as well.")
