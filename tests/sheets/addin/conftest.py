"""A spreadsheet that is connected to the backend on the sample company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.addin import CLIENT_ID, RULES, Backend, make_signer, serve_addin, serve_certificates
from tests.support.apps_script import Script, run_script
from tests.support.sample_company import SampleCompany


@pytest.fixture(scope="package")
def backend(sample_company: SampleCompany) -> Iterator[Backend]:
    with (
        serve_certificates(make_signer("google-1")) as certificates,
        serve_addin(
            sample_company.load_analyst(), client_id=CLIENT_ID, rules=RULES, certificates_url=certificates
        ) as backend,
    ):
        yield backend


@pytest.fixture
def script(backend: Backend) -> Iterator[Script]:
    with run_script(backend.address, backend.key) as script:
        yield script
