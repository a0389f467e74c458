"""What every room stands on: the error tree, files that are whole or absent, frozen settings."""
