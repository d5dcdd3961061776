"""Lines of the grammar about the sample workbook, and other words for each of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from core.query.intents.lexicon import load_lexicon
from core.terms import Language
from core.text import fold

# Column -> the spellings of its values, with the column where the value alone could be of another one.
_VALUES: Mapping[str, Sequence[str]] = {
    "segment": ("enterprise", "SMB", "mid-market", "consumer", "segment=Enterprise"),
    "region": ("France", "DACH", "Nordics", "Benelux", 'region="UK & Ireland"', "region=France"),
    "industry": ("Healthcare", "Logistics", "industry=Manufacturing", 'industry="Professional services"'),
    "plan": ("plan=Business", 'plan="Enterprise Plus"', "Starter", "plan=Team"),
    "owner": ("owner=Amira", "Jonas", "owner=Mateo"),
    "pricing_model": ('pricing_model="per seat"', "pricing_model=usage", "tiered"),
}
_EXCLUSIONS = ("not segment=Consumer", "not region=Nordics", 'not industry="Financial services"', "not plan=Solo")
_PERIODS = ("Q3 2026", "Q2 2026", "H1 2026", "2025", "FY25", "2026-08", "TTM 2026-09", "YTD 2026-09",
            "2026-03..2026-06", "Q4 2025")  # fmt: skip
_MONTHS = ("2026-08", "2026-06", "2025-12")
_COLUMNS = ("segment", "region", "industry", "plan", "owner")
_PARTS = ("churn", "contraction", "expansion", "new", "reactivated", "kept", "base")
_ACCOUNTS = ("Castelmur Banque", "Ferrandal Sport", "Nordhavn Maritim", "Willowmere", "Paper Heron")
_TERMS = ("nrr", "grr", "churn", "contraction", "expansion", "mrr", "arr")

FRAMES: Mapping[Language, Sequence[str]] = {
    "en": (
        "{}",
        "please {}",
        "{} please",
        "show me {}",
        "can you tell me {} please?",
        "could you give me {}, thanks",
        "hi, I need {}",
        "hello! what is {}?",
        "I would like to see {}",
        "{} cc @lea",
        "@nrrbot {}",
        "hey team, quick one: {}",
    ),
    "fr": (
        "{} stp",
        "{} s'il te plaît",
        "montre-moi {}",
        "peux-tu me donner {} ?",
        "pourriez-vous m'indiquer {} svp",
        "bonjour, j'ai besoin de {}",
        "salut, donne-moi {}, merci",
        "j'aimerais voir {}",
        "{} cc @lea",
    ),
}
# A shorter word is not corrected.
_LEAST_TYPO_LETTERS = 6
_KNOWN_WORDS = load_lexicon().words


@dataclass(frozen=True, slots=True)
class Rewording:
    """A line of the grammar in other words.

    Attributes:
        line: the line.
        text: the other words.
        language: the language of the words around it.

    """

    line: str
    text: str
    language: Language


@st.composite
def cuts(draw: st.DrawFn) -> tuple[str, ...]:
    """Return the blocks of a cut: values of up to two columns, and up to one exclusion of a third."""
    columns = draw(st.lists(st.sampled_from(sorted(_VALUES)), max_size=2, unique=True))
    blocks = [draw(st.sampled_from(_VALUES[column])) for column in columns]
    exclusion = draw(st.none() | st.sampled_from(_EXCLUSIONS))
    is_free = exclusion is not None and exclusion.removeprefix("not ").partition("=")[0] not in columns
    return (*blocks, *([exclusion] if exclusion and is_free else []))


def _block(texts: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sampled_from([(), *((text,) for text in texts)])


COMMANDS = (
    *("answer", "vs", "why", "by", "accounts", "mrr", "arr", "churn", "account", "trend", "cohorts", "methods"),
    "reconcile",
    *("risks", "opportunities", "renewals", "whatif", "lose", "targets", "outlook", "benchmarks", "define"),
    *("data", "help", "mix", "quickratio", "concentration", "renewalrate", "survival", "pricevolume"),
)


@st.composite
def lines(draw: st.DrawFn, command: str) -> tuple[str, ...]:
    """Return the blocks of a line, in the order of the grammar; the first is the sub-command with what it needs."""
    cut, period = draw(cuts()), draw(_block(_PERIODS))
    match command:
        case "targets" | "data" | "help":
            return (command,)
        case "account":
            return (f'account "{draw(st.sampled_from(_ACCOUNTS))}"',)
        case "lose":
            names = draw(st.lists(st.sampled_from(_ACCOUNTS), min_size=1, max_size=2, unique=True))
            return ("lose " + ", ".join(f'"{name}"' for name in names),)
        case "define":
            return (f"define {draw(st.sampled_from(_TERMS))}",)
        case "reconcile":
            figure = draw(st.sampled_from(["104.1", "104.0", "96", "97.25"]))
            return (f"reconcile {figure}", *cut, *period)
        case "by":
            return (f"by {draw(st.sampled_from(_COLUMNS))}", *cut, *period)
        case "mrr" | "arr":
            by = draw(st.sampled_from(["", *(f" by {column}" for column in _COLUMNS)]))
            return (f"{command}{by}", *cut, *draw(_block(_MONTHS)))
        case "accounts":
            parts = draw(st.lists(st.sampled_from(_PARTS), max_size=2, unique=True))
            limits = draw(_block(("top 5", "top 3", "change>1000", "mrr>5000")))
            ordered = tuple(part for part in _PARTS if part in parts)
            # "Top 5 accounts" are the largest ones, in a sentence; the limits of the changes need a part.
            return (command, *cut, *period, *ordered, *(limits if ordered else ()))
        case "risks" | "opportunities":
            return (command, *cut, *draw(_block(("top 5", "arr>50000", "mrr>2000"))))
        case "renewals":
            ahead = draw(st.sampled_from(["", " 60", " 2026-11", " Q4 2026"]))
            return (f"renewals{ahead}", *cut)
        case "whatif":
            change = draw(st.sampled_from(["churn 5%", "churn 5%->3%", "grr 95", "expansion +10%"]))
            return (f"whatif {change}", *cut)
        case "cohorts":
            return (draw(st.sampled_from(["cohorts", "cohorts year", "cohorts quarter"])), *cut)
        case "benchmarks":
            share = draw(st.sampled_from([(), ("104%",), ("grr 92%",)]))
            return (command, *cut, *share)
        case "mix" | "concentration" | "survival":
            return (command, *cut)
        case "outlook":
            return (command, *cut)
        case "trend":
            return (command, *cut, *draw(_block(_MONTHS)))
        case "vs":
            first, second = draw(st.lists(st.sampled_from(_PERIODS), min_size=2, max_size=2, unique=True))
            value = draw(st.sampled_from(["", "enterprise ", "region=France ", "grr "]))
            return (f"{value}{first} vs {value.replace('grr ', '')}{second}",)
        case "answer":
            return (*draw(_block(("grr", "nrr"))), *cut, *period) or ("nrr",)
    return (command, *cut, *period)


@st.composite
def rewordings(draw: st.DrawFn, command: str, *, is_misspelt: bool) -> Rewording:
    """Return a line in other words: its blocks in another order, in a frame, in another case or without accents.

    Args:
        draw: draws from a strategy.
        command: one of `COMMANDS`.
        is_misspelt: True for a typo in a word of more than five letters, if there is one.

    """
    blocks = draw(lines(command))
    language: Language = draw(st.sampled_from(("en", "fr")))
    text = draw(st.sampled_from(FRAMES[language])).format(" ".join(draw(st.permutations(blocks))))
    changes: tuple[Callable[[str], str], ...] = (str, str.lower, str.upper, _drop_accents)
    text = draw(st.sampled_from(changes))(text)
    return Rewording(" ".join(blocks), _misspell(draw, text) if is_misspelt else text, language)


def _drop_accents(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))


def _is_other_word(typo: str) -> bool:
    """Tell whether a typo is a word itself, with its own meaning: "tanks" is a form of "tanked", not "thanks"."""
    return fold(typo) in _KNOWN_WORDS or load_lexicon().longest([fold(typo)], 0)[1] is not None


def _misspell(draw: st.DrawFn, text: str) -> str:
    """Return a text with one letter of a long word dropped, doubled, turned round with the next one, or replaced."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) >= _LEAST_TYPO_LETTERS and word.isalpha()]
    if not long:
        return text
    at = draw(st.sampled_from(long))
    word = words[at]
    place = draw(st.integers(1, len(word) - 2))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    typos = (before + after, before + 2 * letter + after, before + after[0] + letter + after[1:], before + "q" + after)
    words[at] = draw(st.sampled_from([typo for typo in typos if not _is_other_word(typo)] or [word]))
    return " ".join(words)
