from __future__ import annotations

import pytest

from core.redaction import hide, redact

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Invalid header value b'Bearer xoxb-1-Ab\\nxapp-1-A-b'", "Invalid header value b'Bearer [secret]\\n[secret]'"),
        ("posted to https://hooks.slack.com/commands/T0/1/x: 404", "posted to [secret] 404"),
        ("{'access_token': 'ya29.c.b0Ax-_1'}", "{'access_token': '[secret]'}"),
        ("assertion=eyJhbGci.eyJpc3Mi.c2ln&x", "assertion=[secret]&x"),
        (f"Bearer nrrbot-4f2a91c0-{'Ab_-' * 10}xyz, and nrrbot-demo", "Bearer [secret], and nrrbot-demo"),
        (f"key {PEM} end", "key [secret] end"),
        (PEM[:40], "[secret]"),
        (f'{{"a": "{PEM[:40]}", "b": "https://hooks.slack.com/x"}}', '{"a": "[secret]", "b": "[secret]"}'),
        ("Enterprise, Q3 2026: NRR 96.8%", "Enterprise, Q3 2026: NRR 96.8%"),
    ],
)
def test_a_text_with_the_form_of_a_secret_is_redacted(text: str, redacted: str) -> None:
    assert redact(text) == redacted


def test_a_known_secret_is_redacted_whole_and_by_its_lines() -> None:
    hide("-----BEGIN PRIVATE KEY-----\n4d1c7a\n9e02bb\nq\n-----END PRIVATE KEY-----\n")
    assert redact("4d1c7a; 9e02bb; q") == "[secret]; [secret]; q"
    assert redact("a PRIVATE KEY; -----BEGIN") == "a PRIVATE KEY; -----BEGIN"
