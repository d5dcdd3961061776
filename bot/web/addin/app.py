"""The WSGI application of the add-in's backend: its routes, and how a request becomes a response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, get_args

import msgspec

from bot.service.access.viewer import NO_ONE
from bot.service.analyst import Analyst
from bot.service.faults import report_fault
from bot.service.log import get_log, open_request
from bot.web.addin import handlers
from bot.web.addin.authentication import Authentication, RefusedError, read_networks
from bot.web.addin.contract import ERRORS, MOST_BYTES, MOST_QUESTIONS, PREFIX, ErrorBody, ErrorResponse
from bot.web.addin.openapi import build_openapi
from bot.web.addin.routes import ROUTES, Route
from core.errors import N_, AccessError, ConfigError, NoSnapshotError, NrrbotError
from core.terms import Language

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOG = get_log("nrrbot.addin")


DOCUMENT_PATH = f"{PREFIX}openapi.json"

LANGUAGES: tuple[Language, ...] = get_args(Language)

_JSON = "application/json"
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_HEADERS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
_STATUSES = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def build_routes(
    analyst: Analyst, request_sync: handlers.RequestSync, authentication: Authentication
) -> Mapping[str, WSGIApplication]:
    """Return path -> application for every path of the backend; empty where the add-in is not configured.

    Raises:
        ConfigError: the public address is not one of HTTPS, or a trusted proxy has no address.

    """
    if not analyst.config.addin.url:
        return {}
    check_address(analyst.config.addin.url)
    read_networks(analyst.config.addin.trusted_proxies)
    # No figure without a viewer: each request gives the analyst its own.
    context = handlers.Context(analyst.serve(NO_ONE), request_sync)
    routes: dict[str, WSGIApplication] = {
        PREFIX + route.path: _build_application(route, context, authentication) for route in ROUTES
    }
    routes[DOCUMENT_PATH] = _build_document(analyst.config.addin.url)
    return routes


def check_address(url: str) -> None:
    """Check that the public address of the backend is one of HTTPS; this machine's own may be plain.

    Raises:
        ConfigError: it is not.

    """
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ConfigError(
            N_("addin.url is no HTTPS address, so keys and figures could be read on the way."),
            N_("Put a proxy that speaks HTTPS in front of nrrbot, and set addin.url to its https:// address."),
        )


def _build_application(route: Route, context: handlers.Context, authentication: Authentication) -> WSGIApplication:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with open_request():
            began = perf_counter()
            status, kind, content, headers = _answer(route, context, authentication, environ)
            milliseconds = round(1000 * (perf_counter() - began))
            LOG.info("add-in", call=route.path, milliseconds=milliseconds, outcome=status)
        return _respond(start_response, status, kind, content, headers)

    return application


def _answer(
    route: Route, context: handlers.Context, authentication: Authentication, environ: WSGIEnvironment
) -> tuple[int, str, bytes, Mapping[str, str]]:
    """Return the status, the content type, the content and further headers of a response."""
    context = replace(context, language=read_language(str(environ.get("HTTP_ACCEPT_LANGUAGE", ""))))
    translate = context.translate
    try:
        if environ["REQUEST_METHOD"] != route.method:
            reason = N_("This path takes {method} only.")
            raise RefusedError("method_not_allowed", reason, "", {"Allow": route.method}, method=route.method)  # noqa: TRY301 - as any refusal
        viewer = authentication.identify(environ)
        served = replace(context, analyst=context.analyst.serve(viewer))
        with context.analyst.audit.record_refusal(viewer):
            result = route.handle(served, _read_body(route, environ))
        context.analyst.audit.record(viewer, "answered", {"command": route.path})
        if isinstance(result, bytes):
            return 200, "text/csv; charset=utf-8", result, {}
        return 200, _JSON, _ENCODER.encode(result), {}
    except RefusedError as error:
        return _encode_error(error.code, translate.format_error(error), error.headers)
    except AccessError as error:
        return _encode_error("person_unknown", translate.format_error(error))
    except NoSnapshotError as error:
        return _encode_error("no_snapshot", translate.format_error(error))
    except NrrbotError as error:
        LOG.warning("the add-in got no answer", kind=type(error).__name__)
        return _encode_error("unavailable", translate.format_error(error))
    except Exception as error:  # noqa: BLE001 - a request's last handler
        return _encode_error("fault", translate.format_error(report_fault(error, "a request of the add-in")))


def read_language(header: str) -> Language | None:
    """Return the first language of the header Accept-Language that there is; None if it names none."""
    tags = (part.partition(";")[0].strip()[:2].lower() for part in header.split(","))
    return next((language for tag in tags for language in LANGUAGES if tag == language), None)


def _read_body(route: Route, environ: WSGIEnvironment) -> msgspec.Struct | None:
    """Return the body of a request, checked against its type.

    Raises:
        RefusedError: it is too large, or not of the type.

    """
    body = environ["wsgi.input"].read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise _refuse_size()
    if route.request is None:
        return None
    try:
        return msgspec.json.decode(body, type=route.request)
    except msgspec.ValidationError as error:
        if f"length <= {MOST_QUESTIONS}" in str(error):
            raise _refuse_size() from error
        # The message of msgspec names types and places, and no value.
        raise _refuse_body(str(error)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _refuse_body("no JSON") from error


def _refuse_size() -> RefusedError:
    return RefusedError(
        "too_large",
        N_("The request has more than {bytes} bytes or {questions} questions."),
        N_("Split it: a range of at most {questions} cells at once."),
        bytes=MOST_BYTES,
        questions=MOST_QUESTIONS,
    )


def _refuse_body(reason: str) -> RefusedError:
    return RefusedError(
        "bad_request",
        N_("The request is not as the OpenAPI document has it: {reason}."),
        N_("The document is at {path}."),
        reason=reason,
        path=DOCUMENT_PATH,
    )


def _encode_error(
    code: str, message: str, headers: Mapping[str, str] | None = None
) -> tuple[int, str, bytes, Mapping[str, str]]:
    return ERRORS[code][0], _JSON, _ENCODER.encode(ErrorResponse(ErrorBody(code, message))), headers or {}


def _respond(
    start_response: StartResponse, status: int, kind: str, content: bytes, headers: Mapping[str, str]
) -> Iterable[bytes]:
    start_response(
        f"{status} {_STATUSES[status]}",
        [("Content-Type", kind), ("Content-Length", str(len(content))), *_HEADERS, *headers.items()],
    )
    return [content]


def _build_document(url: str) -> WSGIApplication:
    content = msgspec.json.encode(build_openapi(ROUTES, url))

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return _respond(start_response, *_encode_error("method_not_allowed", "GET", {"Allow": "GET"}))
        return _respond(start_response, 200, _JSON, content, {})

    return application
