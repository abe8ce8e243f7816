"""Tables as text: one rule for what a file means, on both sides. CONTRACT.md, section 13."""
