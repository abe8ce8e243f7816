"""An HTTP API of API Gateway: routes, the JWT authorizer, and payload format 2.0."""
