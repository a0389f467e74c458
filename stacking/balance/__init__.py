"""Answers for a test set of equally many drawings of each class, and whether it can be such a one."""
