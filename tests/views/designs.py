"""Small designs to draw."""

from __future__ import annotations

from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.nodes import Layer, Node, Op, Parallel, Repeat, Residual, Sequential, Shared, Use, Value


def layer(id: str, kind: str, *inputs: str, **options: Value) -> Layer:
    return Layer(id=id, kind=kind, options=options, inputs=inputs)


def linear(id: str, first: int | str = 4, second: int | str = 4, *inputs: str) -> Layer:
    return layer(id, "Linear", *inputs, in_features=first, out_features=second)


def design(*nodes: Node, shape: tuple[int | str, ...] = ("N", 4), **fields: object) -> Design:
    inputs = (Input(name="image", shape=shape),)
    return Design(name="Net", inputs=inputs, root=Sequential(nodes=nodes), **fields)  # type: ignore[arg-type]


def repeated() -> Design:
    """Uses in a Repeat, whose width grows with the index; then branches, and two outputs of an LSTM."""
    block = Definition(
        name="Block",
        options=(DefinitionOption(name="first"), DefinitionOption(name="second", default=4)),
        body=Sequential(
            nodes=(
                Residual(
                    id="body",
                    nodes=(linear("fc", "=first", "=second"), layer("act", "ReLU")),
                    shortcut=linear("shortcut", "=first", "=second"),
                ),
                Op(id="out", kind="relu"),
            )
        ),
    )
    grow = Use(id="0", of="Block", options={"first": "=4*(i+1)", "second": "=4*(i+2)"})
    return design(
        Use(id="first", of="Block", options={"first": 4}),
        Repeat(id="grow", times=3, body=grow),
        Parallel(id="both", nodes=(linear("left", 16, 2), Sequential(id="right", nodes=(linear("a", 16, 2),)))),
        layer("lstm", "LSTM", input_size=4, hidden_size=3),
        Op(id="h", kind="relu", inputs=("lstm.1.0",)),
        definitions=(block,),
    )


def shared() -> Design:
    """The tied net of the book, and a weight tied and one frozen besides."""
    return design(
        linear("0"),
        linear("1"),
        Shared(id="2", of="0"),
        linear("3"),
        ties=(("1.weight", "3.weight"),),
        frozen=("0", "1.bias"),
    )
