"""`make contract`: write what of contract/ is made from the code."""

from tests.contract.documents import codes, examples, openapi, schemas
from tests.contract.vectors import bodies, headers, tables


def main() -> None:
    """Write the table of codes, schemas, examples, the OpenAPI document, damaged golden files and golden tables."""
    codes.CONTRACT.write_text(codes.document(codes.CONTRACT.read_text()))
    openapi.FILE.write_text(schemas.rendered(openapi.document()))
    for file, document in (*schemas.documents(), *examples.documents()):
        file.parent.mkdir(exist_ok=True)
        file.write_text(schemas.rendered(document))
    for damage in (*headers.damages(), *bodies.damages()):
        damage.vector().write()
    tables.write()


if __name__ == "__main__":
    main()
