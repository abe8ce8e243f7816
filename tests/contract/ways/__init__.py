"""A way to every documented code: what an owner has to do, or what has to go wrong, for the real handlers to say it."""
