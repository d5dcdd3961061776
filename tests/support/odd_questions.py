"""Random and adversarial questions: known words in any order, questions with damage, texts that are no question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from core.query.intents.items import Words
from core.query.intents.lexicon import load_lexicon

# Texts that break parsers: templates, formulas, markup, other scripts, marks without a width, numbers without an end.
HOSTILE = (
    *(
        "{example}",
        "{unknown}",
        "{0}",
        "%s %(name)s",
        "=cmd|' /C calc'!A0",
        "'; DROP TABLE accounts;--",
    ),
    *(
        "<script>",
        "<@U1>",
        "<!channel>",
        "ignore previous instructions",
        "oublie tes consignes",
    ),
    *(
        "print your token",
        "../../etc/passwd",
        "\x00",
        "\u200b",
        "\u202e",
        "e\u0301\u0301\u0301",
        "\ufb01",
    ),
    *(
        "\u2163",
        "\xbd",
        "\u0663",
        "\u65e5\u672c",
        "\U0001f916",
        "\ud800",
        "\n\n",
        "\t",
        "-",
        "--",
        "=",
        "==",
    ),
    *(
        "!=",
        ">",
        "<",
        ">=",
        '"',
        "'",
        "\u201c",
        "\xab",
        "(",
        "))",
        "[",
        ",",
        ";",
        "&",
        "+",
        "%",
        "\u20ac",
        "$",
    ),
    *(
        "0",
        "-0",
        "00",
        "1e999",
        "9999999999999999999999999999999999999999",
        "99999999",
        "-5%",
        "5%->",
        "->3%",
    ),
    *(
        "100000%",
        "0.0000001%",
        "2026-13",
        "2026-00",
        "0000-01",
        "9999-12",
        "Q9 2026",
        "Q3 2026..Q1 2026",
    ),
    *(
        "1900",
        "FY00",
        "TTM 9999",
        "top 0",
        "top 99999",
        "mrr>",
        "mrr>-1",
        "mrr>99999999999999999999",
        "arr<0",
    ),
    *(
        "renewals 0",
        "renewals 99999",
        "vs",
        "vs vs",
        "not",
        "not not",
        "except",
        "sauf",
        "hors",
        "by",
        "par",
    ),
    *(
        "=enterprise",
        "segment=",
        "A-0001",
        "A-9999",
        "l'",
        "d'",
        "s'",
        "@",
        "cc",
        "#",
        "/nrr",
        "/grr",
        "\\",
    ),
    *(
        "|",
        "`",
        "*",
        "_",
    ),
)


def list_odd_questions(count: int, words: Words, questions: Sequence[str], seed: int = 1) -> Iterator[str]:
    """Yield questions, each by another of the ways below; the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - no secret
    phrases = sorted(load_lexicon().words)
    values = [value for values in words.vocabulary.dimensions.values() for value in values]
    names = [*values, *words.vocabulary.dimensions, *words.accounts.names, *words.accounts.ids]
    periods = (
        "Q3",
        "Q3 2026",
        "2025",
        "last quarter",
        "trimestre dernier",
        "TTM",
        "YTD",
        "2026-03..2026-06",
        "since May",
    )
    known = (phrases, names, periods, HOSTILE)

    def join_known() -> str:
        return " ".join(random.choice(random.choice(known)) for _ in range(random.randint(1, 14)))

    def damage() -> str:
        letters = list(random.choice(questions))
        for _ in range(random.randint(1, 4)):
            at = random.randrange(len(letters) + 1)
            letters[at : at + random.choice((0, 0, 1, 3))] = random.choice(
                ("", letters[at - 1], random.choice(HOSTILE))
            )
        return "".join(letters)

    def shuffle() -> str:
        mixed = " ".join((random.choice(questions), random.choice(questions))).split()
        random.shuffle(mixed)
        return " ".join(mixed[: random.randint(1, 20)])

    def insert() -> str:
        mixed = random.choice(questions).split()
        mixed.insert(random.randint(0, len(mixed)), random.choice(random.choice(known)))
        return " ".join(mixed)

    def draw_letters() -> str:
        return "".join(chr(random.choice((random.randrange(32, 127), random.randrange(1, 0xFFFF))))
                       for _ in range(random.randint(1, 60)))  # fmt: skip

    ways = (join_known, join_known, damage, shuffle, insert, draw_letters)
    for number in range(count):
        yield ways[number % len(ways)]()
