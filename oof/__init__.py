"""Out-of-fold probabilities: the fold rule, the store, its exchange with other tools, and the scores."""
