"""The HTTP API as a WSGI application: size, route, authorizer, function, in this order."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from sealdrop.local.aws.account import Account
from sealdrop.local.errors import FunctionFailed
from sealdrop.local.gateway.authorizer import JwtAuthorizer
from sealdrop.local.gateway.payload import InvalidResult, to_event, to_response
from sealdrop.local.gateway.routing import Routes
from sealdrop.local.runtime.invocation import Runtime
from sealdrop.local.template.functions import Function

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 10 * 2**20
_logger = logging.getLogger(__name__)


class HttpApi:
    """Answers requests with functions, the way an HTTP API of API Gateway does."""

    def __init__(
        self, functions: Iterable[Function], runtime: Runtime, authorizer: JwtAuthorizer, account: Account
    ) -> None:
        self._routes = Routes(functions)
        self._runtime = runtime
        self._authorizer = authorizer
        self._account = account

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            body = request.get_data()
        except RequestEntityTooLarge:
            return _message(413, "Request Entity Too Large")
        except (ClientDisconnected, OSError):
            return _message(400, "Bad Request")
        found = self._routes.match(request.method, request.path)
        if found is None:
            return _message(404, "Not Found")
        target, path_parameters = found
        identity = None if target.route.public else self._authorizer.authorize(request.headers.get("Authorization"))
        if identity is None and not target.route.public:
            return _message(401, "Unauthorized")
        event = to_event(
            request,
            body,
            route=target.key,
            path_parameters=path_parameters,
            authorizer=identity,
            account=self._account,
        )
        try:
            result = self._runtime.invoke(target.function, event)
            return to_response(result, event["requestContext"]["requestId"])
        except (FunctionFailed, InvalidResult) as error:
            _logger.error("%s: %s", target.key, type(error).__name__)
            return _message(500, "Internal Server Error")


def _message(status: int, text: str) -> Response:
    response = Response(f'{{"message":"{text}"}}', status, content_type="application/json")
    if status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response
