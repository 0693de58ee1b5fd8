"""The Parameters page: every parameter and buffer of the live model, what it holds, and what can be done to it."""
