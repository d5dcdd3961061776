"""The OpenAPI document of the add-in's backend, made of the routes, the types and the error codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from bot.web.addin.contract import ERRORS, PREFIX, ErrorResponse
from bot.web.addin.routes import Route

VERSION = "1.0.0"
_REFERENCE = "#/components/schemas/{name}"
# The codes that every route can have; those of single routes are added.
_COMMON = (
    *("fault", "https_required", "key_expired", "key_invalid", "key_missing", "key_revoked", "method_not_allowed"),
    *("no_snapshot", "person_unknown", "rate_limited", "token_invalid", "too_large", "unavailable"),
)


def build_openapi(routes: Iterable[Route], url: str) -> dict[str, Any]:
    """Return the document.

    Args:
        routes: the routes of the backend.
        url: its public address.

    """
    routes = tuple(routes)
    types = [kind for route in routes for kind in (route.request, route.response) if kind]
    _, schemas = msgspec.json.schema_components([*types, ErrorResponse], ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {"title": "nrrbot add-in", "version": VERSION},
        "servers": [{"url": url.rstrip("/")}],
        "security": [{"bearer": []}],
        "paths": {PREFIX + route.path: {route.method.lower(): _describe_route(route)} for route in routes},
        "components": {
            "schemas": {name: _describe_decimals(schema) for name, schema in schemas.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_route(route: Route) -> dict[str, Any]:
    kind = "application/json" if route.response else "text/csv"
    schema = _refer(route.response) if route.response else {"type": "string"}
    operation: dict[str, Any] = {
        "operationId": route.handle.__name__,
        "summary": route.summary,
        "responses": {
            "200": {"description": "The answer", "content": {kind: {"schema": schema}}},
            **{str(status): response for status, response in _describe_errors(_list_codes(route))},
        },
    }
    if route.request:
        content = {"application/json": {"schema": _refer(route.request)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _list_codes(route: Route) -> Iterator[str]:
    yield from _COMMON
    if route.request:
        yield "bad_request"
    if route.path == "metrics":
        yield "too_slow"
    if route.path in {"sync", "changed"}:
        yield "scope_missing"
    if route.path == "sync":
        yield "sync_running"


def _describe_errors(codes: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield a response for each status, with its codes and their meanings."""
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(ERRORS[code][0], []).append(f"`{code}`: {ERRORS[code][1]}")
    for status, lines in sorted(by_status.items()):
        content = {"application/json": {"schema": _refer(ErrorResponse)}}
        yield status, {"description": "\n".join(lines), "content": content}


def _refer(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=kind.__name__)}


def _describe_decimals(schema: Any) -> Any:
    """Return a schema in which decimals are numbers, as they are encoded here."""
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            return {"type": "number"}
        return {name: _describe_decimals(part) for name, part in schema.items()}
    return [_describe_decimals(part) for part in schema] if isinstance(schema, list) else schema
