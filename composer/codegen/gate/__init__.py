"""The gate that the code of a custom layer must pass: a subset of Python by positive lists.

The text is `def forward(self, x, …):`, perhaps `def init(self):`, and local functions in them. They become methods
of an `nn.Module` as they are written. `examine` reads the text and runs nothing; `published` is the list.
"""

from composer.codegen.gate.examine import examine
from composer.codegen.gate.published import published
from composer.codegen.gate.result import Examined, Input, Names, Refusal

__all__ = ["Examined", "Input", "Names", "Refusal", "examine", "published"]
