"""What of contract/ is made from the code that enforces it: refusals, schemas, the OpenAPI document."""
