"""One database, one history. `make migration` writes a new one from the models."""
