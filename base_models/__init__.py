"""Base models: the registry, one file an architecture, and the training of one (model, fold)."""
