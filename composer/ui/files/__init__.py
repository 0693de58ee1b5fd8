"""The Files page: checkpoints, comparing, exports, reuse, and tensors made by hand."""
