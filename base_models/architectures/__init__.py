"""One architecture a file; each registers itself under its function's name."""
