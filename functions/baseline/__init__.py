"""Rows in the clear, for comparison. It exists only where the stack's parameter PlaintextBaseline is on."""
