"""The demo: two real models answer held-out rows through the service, sealed, on this machine."""

from sealdrop.demo.walk import Walk, walk

__all__ = ["Walk", "walk"]
