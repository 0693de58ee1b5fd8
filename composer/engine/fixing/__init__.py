"""Repairs of failed steps, a file for each sort: what is offered is tried first."""
