"""One request, step by step: describe, enroll, send, collect."""
