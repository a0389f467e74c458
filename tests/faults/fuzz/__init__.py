"""Spoiled files: mutations and harmful archives that readers are tried on."""
