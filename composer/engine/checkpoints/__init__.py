"""Files of tensors: what may come in, what goes out, and how it gets into a live model."""
