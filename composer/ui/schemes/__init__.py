"""Schemes for initial values: rules as cards, what they would do to the live model, and doing it."""
