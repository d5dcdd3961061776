"""How a sentence was read: in words and as a line, at the end of the answer, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.messages.kit.parts import Note
from core.errors import QuestionError
from core.terms import Language
from tests.support.samples.nine_accounts import build_analyst, build_company
from tests.support.slack.block_kit import check_message

# Words of the note beside those of the line: what an answer of 140 words has room for.
MOST_WORDS = 40


@pytest.mark.parametrize(
    ("language", "question", "text", "code"),
    [
        (
            "en",
            "who left us last quarter in enterprise?",
            "I read this as: accounts, Enterprise, Q3 2025, churn. In short:",
            "/nrr accounts enterprise Q3 2025 churn",
        ),
        (
            "fr",
            "qui nous a quittés au T3 chez les grands comptes ?",
            "J’ai compris\xa0: comptes, Enterprise, T3 2025, churn. En bref\xa0:",
            "/nrr accounts enterprise Q3 2025 churn",
        ),
        (
            "en",
            "who lost us more than 10k of MRR last quarter",
            "I read this as: accounts, Q3 2025, churn, contraction, MRR changed by over €10,000. In short:",
            "/nrr accounts Q3 2025 churn contraction change>10000",
        ),
        (
            "fr",
            "nos dix plus gros clients",
            "J’ai compris\xa0: comptes, septembre 2025, tous les comptes, les 10 plus importants. En bref\xa0:",
            "/nrr accounts 2025-09 base top 10",
        ),
        (
            "en",
            "how did gross retention in Q3 compare with Q2?",
            "I read this as: Q3 2025 against Q2 2025, GRR. In short:",
            "/nrr grr Q3 2025 vs Q2 2025",
        ),
        (
            "en",
            "what was retention last year without enterprise?",
            "I read this as: Whole company without Enterprise, 2024. In short:",
            "/nrr 2024 not segment=Enterprise",
        ),
        (
            "fr",
            "combien d'ARR par secteur ?",
            "J’ai compris\xa0: ARR, par Industry, septembre 2025. En bref\xa0:",
            "/nrr arr by industry 2025-09",
        ),
        (
            "en",
            "what renews in the next 60 days?",
            "I read this as: renewals, the next 60 days. In short:",
            "/nrr renewals 60",
        ),
        (
            "fr",
            "que se passe-t-il si le churn mensuel passe de 4 % à 2 % ?",
            "J’ai compris\xa0: hypothèse, churn 4%->2%. En bref\xa0:",
            "/nrr whatif churn 4%->2%",
        ),
        (
            "en",
            "what happens if we lose Bluepeak?",
            "I read this as: loss of an account, Bluepeak. In short:",
            '/nrr lose "Bluepeak"',
        ),
        (
            "en",
            "how did retention evolve over the past year, by the way?",
            "I read this as: trend. Not used here: over the past year. In short:",
            "/nrr trend",
        ),
        (
            "en",
            "how is retention this quarter?",
            "I read this as: Whole company, Q3 2025. Q4 2025 has no closed month yet, so this is Q3 2025. In short:",
            "/nrr Q3 2025",
        ),
        (
            "en",
            "any oportunities in enterprise?",
            "I read this as: opportunities, Enterprise. “oportunities” is read as “opportunities”. In short:",
            "/nrr opportunities enterprise",
        ),
        (
            "fr",
            "les 4 derniers trimestres côte à côte",
            "J’ai compris\xa0: tendance, 4 trimestres. En bref\xa0:",
            "/nrr trend 4 quarters",
        ),
        (
            "fr",
            "bonjour, tendance trimestres",
            "J’ai compris\xa0: tendance, par trimestre. En bref\xa0:",
            "/nrr trend quarters",
        ),
        (
            "en",
            "who left last quarter, with their industry and size?",
            "I read this as: accounts, Q3 2025, churn, with Industry and Size. In short:",
            "/nrr accounts Q3 2025 churn with industry, size",
        ),
        (
            "fr",
            "comptes à risque avec leur secteur",
            "J’ai compris\xa0: risques, avec Industry. En bref\xa0:",
            "/nrr risks with industry",
        ),
        ("en", "risks enterprise Q2", "Not used here: Q2 2025.", ""),
        ("fr", "opportunités T2", "Sans effet ici\xa0: T2 2025.", ""),
    ],
)
def test_an_answer_ends_with_how_it_was_read(
    language: Language, question: str, text: str, code: str, tmp_path: Path
) -> None:
    message = build_analyst(tmp_path, language, build_company()).reply("/nrr", question).message()
    assert [part for part in message.parts if isinstance(part, Note)][-1] == Note(text, code)
    assert message.text.endswith(f"{text} `{code}`" if code else text)
    assert len(text.split()) <= MOST_WORDS
    assert check_message(list(message.blocks)) == []


@pytest.mark.parametrize("question", ["enterprise Q3", "accounts enterprise Q3 churn", "define cohort", "risks"])
def test_a_line_as_typed_has_no_note(question: str, tmp_path: Path) -> None:
    text = build_analyst(tmp_path, "en", build_company()).reply("/nrr", question).message().text
    assert "I read this as" not in text
    assert "Not used here" not in text


@pytest.mark.parametrize(
    ("language", "question", "sentence", "lines"),
    [
        (
            "en",
            "entreprize Q3",
            (
                "Did you mean Enterprise, Q3 2025? There is no “entreprize” in the sheet. "
                "If so, ask: /nrr enterprise Q3 2025."
            ),
            ("enterprise Q3 2025",),
        ),
        (
            "fr",
            "entreprize T3",
            (
                "Vouliez-vous dire Enterprise, T3 2025\u202f? Le classeur ne contient pas «\xa0entreprize\xa0». "
                "Si oui, demandez\xa0: /nrr enterprise Q3 2025."
            ),
            ("enterprise Q3 2025",),
        ),
        (
            "en",
            "who left among the entreprize customers in Q3",
            (
                "Did you mean accounts, Enterprise, Q3 2025, churn? There is no “entreprize” in the sheet. "
                "If so, ask: /nrr accounts enterprise Q3 2025 churn."
            ),
            ("accounts enterprise Q3 2025 churn",),
        ),
        (
            "en",
            "gross margin in Q3",
            (
                "The data has no “gross margin”: it has revenue by customer and month, and columns of the customers. "
                "Without that: /nrr Q3 2025."
            ),
            ("Q3 2025",),
        ),
        (
            "fr",
            "supprime l'onglet MRR",
            (
                "Je réponds aux questions et ne modifie rien dans vos données. /nrr help donne les questions "
                "auxquelles je réponds."
            ),
            (),
        ),
        (
            "en",
            "2025-13",
            (
                'There is no "2025-13": months go from 1 to 12. '
                "Write a period as Q3 2025, H1 2025, FY25, 2025, Sept. 2025 or TTM."
            ),
            (),
        ),
        ("en", "help enterprise", "“enterprise” has no effect on this answer. Leave it out.", ("enterprise Q3 2025",)),
    ],
)
def test_a_refusal_names_the_nearest_in_words_and_as_lines(
    language: Language, question: str, sentence: str, lines: tuple[str, ...], tmp_path: Path
) -> None:
    analyst = build_analyst(tmp_path, language, build_company())
    with pytest.raises(QuestionError) as caught:
        analyst.reply("/nrr", question)
    assert analyst.translate.format_error(caught.value) == sentence
    assert caught.value.values["nearest_lines"] == lines


@pytest.mark.parametrize(
    ("language", "greeting", "line"),
    [
        (
            "en",
            "hi there",
            (
                "I am happy to help with NRR, GRR and the accounts behind them. "
                "Try /nrr enterprise Q3, /nrr why Q3, and /nrr who left last quarter."
            ),
        ),
        (
            "en",
            "salut ça va ?",
            (
                "Je réponds volontiers sur le NRR, le GRR et les comptes qui les expliquent. "
                "Essayez /nrr grands comptes T3, /nrr pourquoi T3 et /nrr qui est parti le trimestre dernier."
            ),
        ),
        (
            "fr",
            "thanks",
            (
                "Je réponds volontiers sur le NRR, le GRR et les comptes qui les expliquent. "
                "Essayez /nrr grands comptes T3, /nrr pourquoi T3 et /nrr qui est parti le trimestre dernier."
            ),
        ),
    ],
)
def test_a_greeting_gets_a_line_with_three_questions_that_are_answered(
    language: Language, greeting: str, line: str, tmp_path: Path
) -> None:
    analyst = build_analyst(tmp_path, language, build_company())
    reply = analyst.reply("/nrr", greeting)
    assert reply.message().text == line
    assert reply.json() == {"read": {"command": "courtesy"}, "message": line}
    for example in line.rstrip(".").split("/nrr ")[1:]:
        words = example.removesuffix(" et ").removesuffix("and ").strip(" ,")
        assert analyst.reply("/nrr", words).message().text
