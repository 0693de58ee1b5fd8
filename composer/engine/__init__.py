"""Plain functions on an `nn.Module` and on designs that need torch; usable in a notebook, in-process."""
