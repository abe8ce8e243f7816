"""Measured claims: every ratio is taken side by side in one run."""
