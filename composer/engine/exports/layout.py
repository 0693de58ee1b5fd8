"""What is in a bundle, `.composer`: a design and its weights in one zip of stored entries.

design.json            the design, as its own file has it
weights.safetensors    every saved tensor that has values; further names of a tied one are in the metadata
model.py               the source that the live model was built from
about.json             what wrote it, and which lazy layers still wait
trial.safetensors      inputs, and what the live model made of them in eval mode; left out where it cannot run
thumbnail.png          a picture of the graph, where one was given
"""

FORMAT = "block-composer-bundle"
DESIGN, WEIGHTS, SOURCE, ABOUT, TRIAL, THUMBNAIL = ENTRIES = (
    "design.json", "weights.safetensors", "model.py", "about.json", "trial.safetensors", "thumbnail.png",
)  # fmt: skip
OPTIONAL = frozenset({TRIAL, THUMBNAIL})
