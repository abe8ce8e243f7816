"""What client and server share: circuits, plans, the wire, evaluation on ciphertexts."""
