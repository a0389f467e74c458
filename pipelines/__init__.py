"""The steps that a person runs: the command line, the executor, the run folder, the report."""
