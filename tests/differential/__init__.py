"""Random pipelines, published and asked as their owners do, against the originals: `make differential`."""
