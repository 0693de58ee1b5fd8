"""Formulas that several declarations say: a layer and the op of the same function, or a family of layers.

They are written as a person reads them, with the names of options. Functions of one entry `x` give `y`; sizes are
those along one dimension, the first of the data, and the other dimensions have the same formula.
"""

_SIZE = {1: "L", 2: "H", 3: "D"}


def windows(n: int, dilation: bool = True, padding: bool = True) -> str:
    """The size that windows sliding over data of `n` dimensions leave."""
    window = "dilation·(kernel_size − 1) − 1" if dilation else "kernel_size"
    size = f"{_SIZE[n]} + 2·padding" if padding else _SIZE[n]
    return f"{_SIZE[n]}_out = ⌊({size} − {window}) / stride + 1⌋"


def spread(n: int) -> str:
    """The size that a transposed convolution makes."""
    return f"{_SIZE[n]}_out = ({_SIZE[n]} − 1)·stride − 2·padding + dilation·(kernel_size − 1) + output_padding + 1"


def unpooled(n: int) -> str:
    """The size that unpooling makes, unless another is asked for."""
    return f"{_SIZE[n]}_out = ({_SIZE[n]} − 1)·stride − 2·padding + kernel_size"


def adaptive(n: int) -> str:
    """The size that adaptive pooling leaves."""
    return f"{_SIZE[n]}_out = output_size"


LINEAR = "y = x·Wᵀ + b"
LOOKUP = "y = weight[x]"
DROPOUT = "y = x / (1 − p), or 0 with probability p; y = x in evaluation"
STANDARD = "y = (x − mean(x)) / √(var(x) + eps) · weight + bias"
ROOT_MEAN_SQUARE = "y = x / √(mean(x²) + eps) · weight"
ATTENTION = "y = softmax(Q·Kᵀ / √d)·V"

RELU = "y = max(0, x)"
RELU6 = "y = min(max(0, x), 6)"
LEAKY_RELU = "y = x if x > 0 else negative_slope·x"
GELU = "y = x·Φ(x), Φ the distribution function of the normal distribution"
SILU = "y = x / (1 + exp(−x))"
SIGMOID = "y = 1 / (1 + exp(−x))"
TANH = "y = (exp(x) − exp(−x)) / (exp(x) + exp(−x))"
ELU = "y = x if x > 0 else alpha·(exp(x) − 1)"
CELU = "y = x if x > 0 else alpha·(exp(x / alpha) − 1)"
SELU = "y = 1.0507·(x if x > 0 else 1.67326·(exp(x) − 1))"
SOFTPLUS = "y = log(1 + exp(beta·x)) / beta"
SOFTSIGN = "y = x / (1 + |x|)"
LOG_SIGMOID = "y = −log(1 + exp(−x))"
MISH = "y = x·tanh(log(1 + exp(x)))"
HARDSWISH = "y = x·min(max(0, x + 3), 6) / 6"
HARDSIGMOID = "y = min(max(0, x + 3), 6) / 6"
GLU = "y = a·σ(b), where a and b are the halves of x"

SOFTMAX = "yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)"
LOG_SOFTMAX = "yᵢ = xᵢ − log(Σⱼ exp(xⱼ))"
SOFTMIN = "yᵢ = exp(−xᵢ) / Σⱼ exp(−xⱼ)"

LSTM = "i, f, o = σ(W·x + U·h + b), g = tanh(W·x + U·h + b), each with its own W, U, b; c ← f·c + i·g, h ← o·tanh(c)"
GRU = "r, z = σ(W·x + U·h + b), n = tanh(W·x + b + r·(U·h + c)), each with its own W, U, b; h ← (1 − z)·n + z·h"
RNN = "h ← nonlinearity(W·x + b + U·h + c)"
