"""The page Layers: custom layers are written, declared, and tried out."""
