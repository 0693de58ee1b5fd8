"""Attention and the transformer's own blocks."""

from composer.catalog.layers.common import bias
from composer.catalog.options import REQUIRED, Bool, Choice, Float, Int, Measure, Option, Value
from composer.catalog.spec import LayerSpec, inputs

_ALIASES = ("attention", "transformer")
_BATCH_FIRST = Bool("batch_first", default=False, help="Inputs are N×L×features instead of L×N×features.")


def _flag(name: str, default: bool, help: str) -> Bool:
    return Bool(name, default=default, at_call=True, help=help)


def _causal(name: str, optional: bool = False) -> Bool:
    return Bool(
        name,
        default=None if optional else False,
        optional=optional,
        at_call=True,
        help="The mask given is the causal one, which lets a quicker kernel be chosen."
        + (" None: find out from the mask." if optional else ""),
    )


def _block_options(width: Value, heads: Value, *counts: Option) -> tuple[Option, ...]:
    """What `Transformer` and its two kinds of layers share; the whole has default sizes, the layers have none."""
    return (
        Int("d_model", default=width, low=1, measures=Measure(-1, "features"), help="Features of each position."),
        Int("nhead", default=heads, low=1, help="Attention heads; they divide d_model."),
        *counts,
        Int("dim_feedforward", default=2048, low=1, help="Width of the hidden layer after attention."),
        Float("dropout", default=0.1, low=0.0, high=1.0, help="Dropout rate while training."),
        Choice("activation", default="relu", choices=("relu", "gelu"), help="Activation of the hidden layer."),
        Float("layer_norm_eps", default=1e-5, low=0.0, help="Keeps the divisions of the norms away from zero."),
        _BATCH_FIRST,
        Bool("norm_first", default=False, help="Normalize before attention and hidden layer instead of after them."),
        bias("Add learned constants in the linear layers and norms."),
    )


_ENCODER_LAYER = LayerSpec(
    kind="TransformerEncoderLayer",
    category="Transformer",
    inputs=inputs("src src_mask=? src_key_padding_mask=?"),
    positional=2,
    help="Self-attention, then a small network at each position, both with a skip connection and a norm.",
    aliases=_ALIASES,
    options=(*_block_options(REQUIRED, REQUIRED), _causal("is_causal")),
)

_DECODER_LAYER = LayerSpec(
    kind="TransformerDecoderLayer",
    category="Transformer",
    inputs=inputs("tgt memory tgt_mask=? memory_mask=? tgt_key_padding_mask=? memory_key_padding_mask=?"),
    positional=2,
    help="Self-attention, then attention to an encoder's output, then a small network at each position.",
    aliases=_ALIASES,
    options=(*_block_options(REQUIRED, REQUIRED), _causal("tgt_is_causal"), _causal("memory_is_causal")),
)


def _constructor_options(spec: LayerSpec) -> tuple[Option, ...]:
    return tuple(option for option in spec.options if not option.at_call)


def _layers(count: str) -> Int:
    return Int(count, low=1, help="Number of layers. All start as equal copies of one.")


TRANSFORMER = (
    LayerSpec(
        kind="MultiheadAttention",
        category="Transformer",
        inputs=inputs("query key value key_padding_mask=? attn_mask=?"),
        outputs=2,
        positional=2,
        formula="headᵢ = softmax(Qᵢ·Kᵢᵀ / √(embed_dim / num_heads))·Vᵢ; y = [head₁, head₂, …]·Wᵀ + b",
        help="Each query gathers the values whose keys match it, several heads at once. "
        "Gives the result and the attention weights.",
        aliases=("self-attention", "mha", "heads", "transformer"),
        options=(
            Int("embed_dim", low=1, measures=Measure(-1, "features"), help="Features of query and output."),
            Int("num_heads", low=1, help="Number of heads; it divides embed_dim."),
            Float("dropout", default=0.0, low=0.0, high=1.0, help="Dropout of attention weights while training."),
            bias("Add learned constants in the projections."),
            Bool("add_bias_kv", default=False, help="Add one learned key and value to every sequence."),
            Bool("add_zero_attn", default=False, help="Add a key and value of zeros to every sequence."),
            Int("kdim", default=None, optional=True, low=1, help="Features of the key; none: embed_dim."),
            Int("vdim", default=None, optional=True, low=1, help="Features of the value; none: embed_dim."),
            _BATCH_FIRST,
            _flag("need_weights", True, "Return the attention weights; without them it is quicker."),
            _flag("average_attn_weights", True, "Average the weights over the heads."),
            _causal("is_causal"),
        ),
    ),
    _ENCODER_LAYER,
    _DECODER_LAYER,
    LayerSpec(
        kind="TransformerEncoder",
        category="Transformer",
        inputs=inputs("src mask=? src_key_padding_mask=?"),
        positional=0,
        template=_ENCODER_LAYER,
        help="A chain of equal encoder layers.",
        aliases=(*_ALIASES, "bert"),
        options=(
            *_constructor_options(_ENCODER_LAYER),
            _layers("num_layers"),
            Bool("enable_nested_tensor", default=True, help="Leave padding out of the computation where possible."),
            Bool("mask_check", default=True, help="Check that a padding mask only masks ends."),
            _causal("is_causal", optional=True),
        ),
    ),
    LayerSpec(
        kind="TransformerDecoder",
        category="Transformer",
        inputs=_DECODER_LAYER.inputs,
        positional=0,
        template=_DECODER_LAYER,
        help="A chain of equal decoder layers, each of which sees the encoder's output.",
        aliases=_ALIASES,
        options=(
            *_constructor_options(_DECODER_LAYER),
            _layers("num_layers"),
            _causal("tgt_is_causal", optional=True),
            _causal("memory_is_causal"),
        ),
    ),
    LayerSpec(
        kind="Transformer",
        category="Transformer",
        inputs=inputs(
            "src tgt src_mask=? tgt_mask=? memory_mask=? src_key_padding_mask=? tgt_key_padding_mask=? "
            "memory_key_padding_mask=?"
        ),
        positional=0,
        help="An encoder and a decoder, as in the first transformer for translation.",
        aliases=("attention", "seq2seq", "encoder-decoder"),
        options=(
            *_block_options(
                512,
                8,
                Int("num_encoder_layers", default=6, low=0, help="Layers of the encoder."),
                Int("num_decoder_layers", default=6, low=0, help="Layers of the decoder."),
            ),
            _causal("src_is_causal", optional=True),
            _causal("tgt_is_causal", optional=True),
            _causal("memory_is_causal"),
        ),
    ),
)
