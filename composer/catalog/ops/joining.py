"""Ops that join tensors, or take one apart."""

from composer.catalog.options import Int, IntList
from composer.catalog.spec import OpSpec

_JOIN = Int("dim", default=1, help="The dimension to join along; 1 is the channels of images.")

JOINING = (
    OpSpec(
        kind="Concat",
        category="Join and split",
        variadic=True,
        least=2,
        call="torch.cat([{inputs}], dim={dim})",
        help="Puts tensors behind each other along a dimension they already have.",
        aliases=("cat", "concatenate", "merge", "join", "skip"),
        options=(_JOIN,),
    ),
    OpSpec(
        kind="Stack",
        category="Join and split",
        variadic=True,
        least=2,
        call="torch.stack([{inputs}], dim={dim})",
        help="Puts tensors of one shape behind each other along a new dimension.",
        aliases=("merge", "join"),
        options=(Int("dim", default=1, help="Where the new dimension goes."),),
    ),
    OpSpec(
        kind="Chunk",
        category="Join and split",
        outputs=0,
        call=".chunk",
        positional=1,
        help="Cuts a tensor into equal parts along a dimension.",
        aliases=("split", "qkv", "parts"),
        options=(
            Int("chunks", low=1, high=1000, help="How many parts."),
            Int("dim", default=0, help="The dimension; -1 is the last."),
        ),
    ),
    OpSpec(
        kind="Split",
        category="Join and split",
        outputs=0,
        call=".split",
        positional=1,
        help="Cuts a tensor into parts of given sizes along a dimension.",
        aliases=("chunk", "qkv", "parts"),
        options=(
            IntList("split_size", scalar=True, low=0, max_length=1000, help="Size of every part, or a list of sizes."),
            Int("dim", default=0, help="The dimension; -1 is the last."),
        ),
    ),
    OpSpec(
        kind="Unbind",
        category="Join and split",
        outputs=0,
        call=".unbind",
        help="Takes a tensor apart along a dimension, which is gone in the parts.",
        aliases=("split", "qkv", "unstack"),
        options=(Int("dim", default=0, help="The dimension; -1 is the last."),),
    ),
    OpSpec(
        kind="Tuple",
        category="Join and split",
        variadic=True,
        least=2,
        outputs=0,
        call="({inputs})",
        help="Packs values into one, such as the two states that an LSTM starts with.",
        aliases=("pack", "state", "pair"),
    ),
)
