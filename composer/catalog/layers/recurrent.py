"""Recurrent layers, which carry a state along a sequence, and their single steps (cells)."""

from composer.catalog import formulas
from composer.catalog.layers.common import bias
from composer.catalog.options import Bool, Choice, Float, Int, Measure, Option
from composer.catalog.spec import LayerSpec, inputs

_SIZES = (
    Int("input_size", low=1, measures=Measure(-1, "input features"), help="Features of each step of the input."),
    Int("hidden_size", low=1, help="Features of the state."),
)
_BIAS = bias("Add learned constants to the gates.")
_NONLINEARITY = Choice("nonlinearity", default="tanh", choices=("tanh", "relu"), help="Activation of the state.")


def _recurrent(
    kind: str, help: str, formula: str, extra: tuple[Option, ...], last: tuple[Option, ...], *aliases: str
) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        category="Recurrent",
        inputs=inputs("input hx?"),
        outputs=2,
        positional=2,
        formula=formula,
        help=help,
        aliases=("sequence", "recurrent", "time series", *aliases),
        options=(
            *_SIZES,
            Int("num_layers", default=1, low=1, help="Layers stacked upon each other."),
            *extra,
            _BIAS,
            Bool("batch_first", default=False, help="Input and output are N×L×features instead of L×N×features."),
            Float("dropout", default=0.0, low=0.0, high=1.0, help="Dropout between stacked layers while training."),
            Bool("bidirectional", default=False, help="Also run from the end to the start, and join both."),
            *last,
        ),
    )


def _cell(kind: str, help: str, formula: str, state: int, *options: Option) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        category="Recurrent",
        inputs=inputs("input hx?"),
        outputs=state,
        positional=2,
        formula=formula,
        help=help,
        aliases=("recurrent", "step"),
        options=(*_SIZES, _BIAS, *options),
    )


RECURRENT = (
    _recurrent(
        "LSTM",
        "Carries a hidden and a cell state along a sequence, with gates that let it remember for long. "
        "Gives the outputs and the pair of last states.",
        formulas.LSTM,
        (),
        (Int("proj_size", default=0, low=0, help="Project the hidden state to this size; 0: no projection."),),
        "lstm",
        "long short-term memory",
    ),
    _recurrent(
        "GRU",
        "Carries a gated state along a sequence: an LSTM with fewer parts. Gives the outputs and the last state.",
        formulas.GRU,
        (),
        (),
        "gated recurrent unit",
    ),
    _recurrent(
        "RNN",
        "Carries a state along a sequence, without gates. Gives the outputs and the last state.",
        formulas.RNN,
        (_NONLINEARITY,),
        (),
        "elman",
    ),
    _cell("LSTMCell", "One step of an LSTM: gives the new hidden and cell state.", formulas.LSTM, 2),
    _cell("GRUCell", "One step of a GRU: gives the new state.", formulas.GRU, 1),
    _cell("RNNCell", "One step of an RNN: gives the new state.", formulas.RNN, 1, _NONLINEARITY),
)
