"""Layers that add points around their input."""

from composer.catalog.layers.common import DATA
from composer.catalog.options import Float, IntOrTuple
from composer.catalog.spec import LayerSpec

_FILLINGS = {
    "Zero": "zeros",
    "Constant": "a value of your choice",
    "Reflection": "a mirror image without the edge point",
    "Replication": "copies of the edge point",
    "Circular": "the points of the opposite end",
}


def _padding(filling: str, n: int) -> LayerSpec:
    amount = IntOrTuple(
        "padding",
        n=2 * n,
        help="Points at every end, or (start, end) of the last dimension, then of the one before. Negative ones crop.",
    )
    value = Float("value", infinite=True, help="What the added points hold.")
    return LayerSpec(
        kind=f"{filling}Pad{n}d",
        category="Padding",
        positional=2 if filling == "Constant" else 1,
        help=f"Surrounds {DATA[n]} with {_FILLINGS[filling]}.",
        aliases=("pad", "border", "crop"),
        options=(amount, value) if filling == "Constant" else (amount,),
    )


PADDING = tuple(_padding(filling, n) for filling in _FILLINGS for n in (1, 2, 3))
