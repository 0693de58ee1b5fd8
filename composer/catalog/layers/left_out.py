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

# By name where all layers leave it out, and by layer and name otherwise.
OPTIONS_LEFT_OUT = {
    "device": "a design does not say where it runs",
    "dtype": "a design does not say in what precision it runs",
    "size_average": "deprecated: reduction says it",
    "reduce": "deprecated: reduction says it",
    "Hardtanh.min_value": "deprecated: min_val says it",
    "Hardtanh.max_value": "deprecated: max_val says it",
    "SyncBatchNorm.process_group": "an object of a running distributed program",
    "Transformer.custom_encoder": "a module; use TransformerEncoder as a node of its own",
    "Transformer.custom_decoder": "a module; use TransformerDecoder as a node of its own",
    "TransformerEncoder.encoder_layer": "a module; its options stand in its place",
    "TransformerDecoder.decoder_layer": "a module; its options stand in its place",
    "TransformerEncoder.norm": "a module; put a LayerNorm behind the layer",
    "TransformerDecoder.norm": "a module; put a LayerNorm behind the layer",
    "TripletMarginWithDistanceLoss.distance_function": "a function",
    "LinearCrossEntropyLoss.options": "an object that tunes how the loss is computed, not what it is",
    "Embedding._weight": "private",
    "Embedding._freeze": "private",
    "EmbeddingBag._weight": "private",
    "FractionalMaxPool2d._random_samples": "private",
    "FractionalMaxPool3d._random_samples": "private",
}
