"""Hypothesis strategies: random designs that are valid, and random edits.

`designs()` keeps track of shapes while it draws, so every design passes `check` and runs in PyTorch. All kinds of
nodes occur: layers and ops of most categories, tensors, uses with options and expressions, shared modules, the
four blocks, explicit wires, several inputs and outputs, integer inputs, and ids that are legal but hostile.
"""

from tests.strategies.edits import operations
from tests.strategies.names import ids
from tests.strategies.whole import designs

__all__ = ["designs", "ids", "operations"]
