"""What of `torch.nn` is not in the catalog, and why."""

LEFT_OUT = {
    "Module": "the base of all layers, which computes nothing",
    "Container": "an old name of Module",
    "Sequential": "a block of ours",
    "ModuleList": "a container: the children of a block are one",
    "ModuleDict": "a container: the children of a block are one",
    "ParameterList": "a container: a block holds Parameter nodes",
    "ParameterDict": "a container: a block holds Parameter nodes",
    "DataParallel": "wraps a whole model to spread it over devices; it is no part of a model",
    "RNNBase": "the common part of LSTM, GRU and RNN",
    "RNNCellBase": "the common part of LSTMCell, GRUCell and RNNCell",
    "NLLLoss2d": "an old name of NLLLoss",
}

OPTIONS_LEFT_OUT = {
    "device": "a design does not say where it runs",
    "dtype": "a design does not say in what precision it runs",
    "size_average": "deprecated: reduction says it",
    "reduce": "deprecated: reduction says it",
    "min_value": "deprecated: min_val says it",
    "max_value": "deprecated: max_val says it",
    "process_group": "an object of a running distributed program",
    "custom_encoder": "a module; use TransformerEncoder as a node of its own",
    "custom_decoder": "a module; use TransformerDecoder as a node of its own",
    "encoder_layer": "a module; its options stand in its place",
    "decoder_layer": "a module; its options stand in its place",
    "norm": "a module; put a LayerNorm behind the layer",
    "distance_function": "a function",
    "options": "an object that tunes how the loss is computed, not what it is",
    "_weight": "private",
    "_freeze": "private",
    "_random_samples": "private",
}
