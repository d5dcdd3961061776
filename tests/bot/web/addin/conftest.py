"""The backend of the add-in on the sample company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.addin import CLIENT_ID, RULES, Backend, make_signer, serve_addin, serve_certificates
from tests.support.sample_company import SampleCompany


@pytest.fixture(scope="package")
def backend(sample_company: SampleCompany) -> Iterator[Backend]:
    with (
        serve_certificates(make_signer("google-1"), make_signer("google-2")) as certificates,
        serve_addin(
            sample_company.load_analyst(),
            client_id=CLIENT_ID,
            rules=RULES,
            certificates_url=certificates,
        ) as backend,
    ):
        yield backend
