"""The commands, a group a file. What is heavy to import is imported inside them, so that --help is quick."""
