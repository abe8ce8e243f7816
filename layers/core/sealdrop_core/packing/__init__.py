"""How rows, weights and outputs lie in polynomials; plain arrays, one module for each packing."""
