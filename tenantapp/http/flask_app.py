"""Flask, with the guard around its views, and without what none here uses and each request would pay for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import MapAdapter

from tenantapp.globals import request_here
from tenantapp.http import guard

_NO_SESSION = NullSession()


class NoSessions(SessionInterface):
    """Opens no session and sets no cookie: clients show a credential with each request."""

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        """Return the session that is none."""
        return _NO_SESSION


class ChunkedBody:
    """A body in chunks: where one is not framed as it must be, the client is at fault.

    Args:
        body: what the server reads the chunks from.
    """

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes.

        Raises:
            OSError: no more comes.
            BadRequest: the chunks are malformed.
        """
        try:
            data: bytes = self._body.read(size)
        except OSError:
            raise
        # Each server has errors of its own for this.
        except Exception as error:
            raise BadRequest("The chunks of the body are malformed.") from error
        return data


class ApiRequest(guard.GuardedRequest):
    """A request whose body, where it comes in chunks, is read or refused."""

    def __init__(self, environ: dict[str, Any], *args: Any, **options: Any) -> None:
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = ChunkedBody(environ["wsgi.input"])
        super().__init__(environ, *args, **options)


class ApiFlask(Flask):
    """Flask without sessions, without coroutines, and without an opinion on hosts."""

    session_interface = NoSessions()
    request_class = ApiRequest

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # `/api/v1//customers` is a path that is not there; to redirect it would need a host to name.
        self.url_map.merge_slashes = False

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Run the hooks before a view, in the tenant's context where the view is a tenant's."""
        return guard.before(super().preprocess_request)

    def dispatch_request(self) -> ResponseReturnValue:
        """Return what the view answers, in the tenant's context where it is a tenant's."""
        asked = cast(ApiRequest, request_here())
        answer: ResponseReturnValue = guard.serve(self, asked, super().dispatch_request)
        return answer

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        """Return the answer to an error, and part the error from where it was raised.

        A frame that refers to its error, as SQLAlchemy's do, would keep the request's body and all that was
        made of it until Python looks for cycles.
        """
        answer = super().handle_user_exception(e)
        error: BaseException | None = e
        while error is not None and error.__traceback__ is not None:
            error.__traceback__ = None
            error = error.__cause__ or error.__context__
        return answer

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func` as it is: no view or hook here is a coroutine function."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds a request's route: by its path alone; the host is the tenancy's business."""
        if request is None:
            return super().create_url_adapter(None)
        return self.url_map.bind(
            "",
            request.root_path or None,
            default_method=request.method,
            path_info=request.path,
            url_scheme=request.scheme,
            query_args=request.query_string.decode("latin-1"),
        )
