"""Sealed files a second time, written from contract/CONTRACT.md alone: no dependencies, no code of the product."""
