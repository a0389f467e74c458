"""Benchmarks, each a command that prints a table, or with --json one JSON object of the same rows.

python -m tests.benchmarks.render    pictures, sequences and statistics from drawings in memory
python -m tests.benchmarks.feeds     whole batches to a model, and an epoch through the feed
python -m tests.benchmarks.shuffle   Kaggle's CSV to shards: rate and peak memory
python -m tests.benchmarks.storage   bytes a drawing, and what 50 million come to
python -m tests.benchmarks.checkpoint  what it costs to save a training, and what a kill costs
python -m tests.benchmarks.stack     our ranker over candidate rows, multiclass, blends and peers; 1,000,000 rows
python -m tests.benchmarks.stack_shift  what it costs that test probabilities are means over folds
"""
