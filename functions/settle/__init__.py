"""Settlement: whatever went wrong, every job comes to an end."""
