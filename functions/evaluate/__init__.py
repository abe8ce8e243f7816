"""The data plane: sealed inputs in, sealed results out. Only the worker processes touch native code."""
