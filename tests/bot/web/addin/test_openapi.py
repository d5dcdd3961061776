"""Requests made from the OpenAPI document: whatever they are, none ends in a server error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.web.addin.contract import ERRORS, PREFIX
from bot.web.addin.openapi import build_openapi
from bot.web.addin.routes import ROUTES
from tests.support.addin import Backend

DOCUMENT = build_openapi(ROUTES, "https://nrr.example.com/")


def test_the_document_has_every_route_and_error_code() -> None:
    assert DOCUMENT["servers"] == [{"url": "https://nrr.example.com"}]
    assert {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods} == {
        (PREFIX + route.path, route.method.lower()) for route in ROUTES
    }
    responses = [
        response
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        for response in operation["responses"].values()
    ]
    described = "\n".join(response["description"] for response in responses)
    for code, (_, meaning) in ERRORS.items():
        assert f"`{code}`: {meaning}" in described


@pytest.mark.slow
@pytest.mark.parametrize("path", [PREFIX + route.path for route in ROUTES])
def test_no_request_ends_in_a_server_error(backend: Backend, path: str) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    schema = schemathesis.openapi.from_dict(backend.ask("openapi.json").json())
    schema.config.update(base_url=backend.address)
    # Too many questions are a request that is too large.
    schema.config.checks.negative_data_rejection.expected_statuses.append("413")
    (operation,) = (result.ok() for result in schema.include(path=path).get_all_operations())
    has_body = bool(operation.body)
    statuses: set[int] = set()
    for mode in schemathesis.GenerationMode if has_body else [schemathesis.GenerationMode.POSITIVE]:

        @settings(max_examples=50, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            # Every check of the library: status, content type, schema and headers are those of the document.
            response = case.call_and_validate(headers={"Authorization": f"Bearer {backend.key}"})
            statuses.add(response.status_code)

        ask()
    # The library also asks without a key.
    assert statuses - {401, 413} == ({200, 400} if has_body else {200})
