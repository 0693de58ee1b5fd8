"""The process that owns a live model, and what talks to it. Nothing here imports torch but the process itself."""
