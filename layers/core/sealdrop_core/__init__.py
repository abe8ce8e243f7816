"""The floor both sides of sealdrop stand on: circuits, plans, the wire, evaluation on ciphertexts."""
