"""Training a model: a program for one device; `distributed` spreads it over several from outside."""
