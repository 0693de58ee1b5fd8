"""Random honest programs, of a small grammar in which x is read and never assigned."""

from __future__ import annotations

from textwrap import indent

from hypothesis import strategies as st

_LEAVES = st.sampled_from(["x", "y", "1", "2.5", "self.weight", "self.units", "x.shape[0]", "True", "None"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(["+", "-", "*", "@", "/", "//", "%", "<", "==", "and", "or", "&"])
    unary = st.sampled_from(["-", "not ", "~"])
    called = st.sampled_from(
        ["torch.sin({})", "F.relu({})", "self.linear({})", "abs({})", "(math.pi * {})", "torch.fft.rfft({})", "({})"]
    )
    read = st.sampled_from(
        ["{}.sum(dim=0)", "{}.T", "{}.view(-1)", "{}[0, ..., 1:]", "{}.clamp_(min=0)", "{}.max(dim=0).values"]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, binary, inner),
        st.builds("({}{})".format, unary, inner),
        st.builds(str.format, called, inner),
        st.builds(lambda form, value: form.format(f"({value})"), read, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{} for k in ({}) if ({})]".format, inner, inner, inner),
        st.builds("torch.cat([{}, {}], dim=-1)".format, inner, inner),
        st.builds('F.pad({}, (1, 1), mode="reflect")'.format, inner),
        st.builds("({}).to(torch.float32, non_blocking=({}))".format, inner, inner),
    )


EXPRESSIONS = st.recursive(_LEAVES, _larger, max_leaves=6)
_SIMPLE = st.one_of(
    st.builds("y = {}".format, EXPRESSIONS),
    st.builds("y, *z = [{}]".format, EXPRESSIONS),
    st.builds("y += {}".format, EXPRESSIONS),
    st.builds("y[0] = {}".format, EXPRESSIONS),
    st.builds("assert {}, 'text'".format, EXPRESSIONS),
    st.builds("{}  # 注释".format, EXPRESSIONS),
    st.just("pass"),
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = inner.map(lambda text: indent(text, "    "))
    return st.one_of(
        st.builds("{}\n{}".format, inner, inner),
        st.builds("if {}:\n{}\nelse:\n{}".format, EXPRESSIONS, body, body),
        st.builds("for i, j in zip({}, range(3)):\n{}\n    y = i\n    continue".format, EXPRESSIONS, body),
        st.builds("while {}:\n{}\n    break".format, EXPRESSIONS, body),
    )


BODIES = st.recursive(_SIMPLE, _compound, max_leaves=5)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A text that the gate accepts, for `Names({"weight"}, {"linear"}, {"units"})`."""
    local = draw(st.one_of(st.just(""), BODIES.map(_local)))
    body = indent(f"y = x\n{local}{draw(BODIES)}\nreturn {draw(EXPRESSIONS)}", "    ")
    init = draw(st.sampled_from(["", "def init(self):\n    nn.init.zeros_(self.weight)\n    self.weight.fill_(1)\n\n"]))
    annotation = draw(st.sampled_from(["", ": torch.Tensor", ": torch.Tensor | None"]))
    return f"{init}def forward(self, x{annotation}, z=None):\n{body}\n"


def _local(body: str) -> str:
    return f"def helper(y, n=1):\n{indent(body, '    ')}\n    return y * n\n\ny = helper(x, n=2)\n"
