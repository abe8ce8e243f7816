"""How contract/vectors/ comes to be: sealed files by the product, and from each the ones that must be refused."""
