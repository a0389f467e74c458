"""Meta-models and blends over out-of-fold probabilities, the choice among them, and submissions."""
