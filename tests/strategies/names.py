"""Ids and names: ordinary ones, and hostile ones that are legal."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from composer.catalog import RESERVED_IDS

PLAIN = ("conv", "fc", "act", "norm", "block", "head", "x1", "skip", "attn", "0", "1", "2", "7", "10", "_private")
HOSTILE = (
    "block 1", "class", 'a"b', "a'b", "new\nline", "tab\t", "import os", "self", "nn", "F", "torch", "None", "lambda",
    "-1", "\\", "{x}", "%s", "#", "層", "é", "１", "print", "append", "__x", "a-b", " ", "0 1", '"""', "x = 1", "ﬁ",
    "copy", "True", "forward_", "layer", "module", "\x00", "weight", "super", "super()", "len",
)  # fmt: skip
INPUT_NAMES = ("x", "mask", "tokens", "image", "in put", "class", 'q"', "self", "torch", "y", "層")
DESIGN_NAMES = ("Model", "my net!", "class", "", "nn", "ResNet", "3d", 'a"b\nc', "Block", "層")
DEFINITION_NAMES = ("Block", "Encoder", "model", "Head", "Model", "Unit_2", "_Inner", "OrderedDicts", "UNet")
OPTION_NAMES = ("width", "depth", "k", "n", "hidden", "x", "weight")
_RANGES = ((0x20, 0x7F), (0x61, 0x7B), (0x00, 0x20), (0xA0, 0x250), (0x4E00, 0x9FFF), (0x1F300, 0x1F600))
INDEX_NAMES = ("i", "j", "index", "layer_index", "x1")


def random_id(random: Random) -> str:
    """An id of a node, legal in a torch module: an ordinary one, a hostile one, or any text."""
    sort = random.randrange(4)
    if sort < 3:
        return random.choice(PLAIN if sort else HOSTILE)
    points = (random.choice(_RANGES) for _ in range(random.randint(1, 8)))
    id = "".join(chr(random.randrange(low, high)) for low, high in points).replace(".", ",")
    return id if id not in RESERVED_IDS else f"{id}_"


def ids() -> st.SearchStrategy[str]:
    """Ids of nodes, legal in a torch module."""
    texts = st.text(st.characters(exclude_characters=".", exclude_categories=["Cs"]), min_size=1, max_size=12)
    free = texts.filter(lambda id: id not in RESERVED_IDS)
    return st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.sampled_from(HOSTILE), free)
