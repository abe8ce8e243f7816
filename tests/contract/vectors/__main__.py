"""`python -m tests.contract.vectors`: damage the golden files anew; with `--fresh`, seal those to be accepted anew."""

import sys

from tests.contract.vectors import bodies, headers, seals

if __name__ == "__main__":
    if "--fresh" in sys.argv:
        seals.write()
    for damage in (*headers.damages(), *bodies.damages()):
        damage.vector().write()
