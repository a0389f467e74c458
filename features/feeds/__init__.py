"""Feeds: what hands batches of model inputs to a model that trains or predicts."""
