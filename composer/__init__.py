"""Block Composer: compose PyTorch models from nested blocks, and trust what you see and export."""

__version__ = "0.1.0"
