"""Small tabs as people write them and the ledgers they become, for the tests of more than one room of sheets."""

from __future__ import annotations

from sheets.workbook.port import Cell

FX_CASES = [
    (
        "months and currencies as people write them; months before anybody paid in a currency need no rate",
        """
        Month      | Currency | Rate
        2025-01    | JPY      | 0.00625
        Feb 2025   | jpy      | '0.006
        2025-02    | US$      | 0.90
        2025-03-31d| USD      | 0.80
        2025-04    | USD      |
        """,
        "2025-01: a 100 100 100, b 0 100 120, c 160 160 0",
        "",
    ),
    (
        "a rate that is missing leaves its accounts out",
        """
        Mois    | Devise | Taux
        2025-01 | JPY    | 0.00625
        2025-02 | JPY    | 0.00625
        2025-02 | USD    | 0.90
        """,
        "2025-01: a 100 100 100, b** 0 100 120, c 160 160 0",
        "fx_missing B3",
    ),
    (
        "pairs, of which one begins with the reporting currency",
        """
        Pair    | Rate
        USD/EUR | 0.8
        EUR/JPY | 160
        """,
        "2025-01: a 100 100 100, b 0 100 120, c 160 160 0",
        "",
    ),
    (
        "a pair without the reporting currency is none",
        """
        Currency pair | Rate
        EURUSD        | 1.25
        JPY/USD       | 0.005
        """,
        "2025-01: a 100 100 100, b 0 100 120, c** 160 160 0",
        "fx_currency A3, fx_missing B4",
    ),
    (
        "what cannot be read is no rate",
        """
        Month   | Currency | Rate
        soon    | USD      | 0.9
        2025-02 | bucks    | 0.9
        2025-02 | USD      | -1
        2025-03 | USD      | 0.9
        2025-03 | USD      | 0.8
        2025-01 | EUR      | 2
        2025-01 | JPY      | 0.00625
        2025-02 | JPY      | 0.00625
        2025-02 | JPY      | 0.00625
        """,
        "2025-01: a 100 100 100, b** 0 100 120, c 160 160 0",
        "fx_month A2, fx_currency B3, fx_rate C4, fx_twice C6, fx_rate C7, fx_missing B3",
    ),
]

TARGET_CASES = [
    (
        "ratios, percentages and numbers, for the company and for segments",
        """
        Segment    | Metric | Target
                   | NRR    | 110%
        Total      | GRR    | 90
        enterprise | ndr    | 1.2
        SMB        | GRR    |
        """,
        {("", "nrr"): "110.0", ("", "grr"): "90.0", ("Enterprise", "nrr"): "120.0"},
        "",
    ),
    (
        "French",
        "Segment|Indicateur|Objectif\ntous|NRR|'110 %\nMid-Market|GRR|'92,5 %",
        {("", "nrr"): "110.0", ("Mid-Market", "grr"): "92.5"},
        "",
    ),
    (
        "what cannot be read is no target",
        """
        Segment   | Metric | Target
        Elephants | NRR    | 110
        SMB       | churn  | 50
        SMB       | NRR    | lots
        SMB       | GRR    | 10
        SMB       | GRR    | 80
        SMB       | GRR    | 85
        """,
        {("SMB", "grr"): "80.0"},
        "target_segment A2, target_metric B3, target_unreadable C4, target_unreadable C5, target_twice C7",
    ),
]

ALIAS_CASES = [
    (
        "two accounts that are one: their histories are added up",
        "Account ID|Same as|From\nold|new|2025-03-01d",
        "2025-01: a 10 0 0, new 6 6 6, z 7 7 7",
        "",
    ),
    (
        "aliases of aliases; one that begins later waits",
        "Compte|Identique à|À partir du\na|old|\nold|new|janv. 2025\nz|new|2026-01",
        "2025-01: new 16 6 6, z 7 7 7",
        "",
    ),
    (
        "what cannot be read merges nothing",
        """
        Account ID | Same as | From
        a          |         |
        z          | z       |
        old        | new     | soon
        new        | nobody  |
        """,
        "2025-01: a 10 0 0, old 5 5 0, new 1 1 6, z 7 7 7",
        "section_title A2, alias_other B3, alias_from C4, alias_unknown B5",
    ),
    (
        "circles and second thoughts",
        """
        Account ID | Same as
        a          | old
        old        | a
        new        | z
        new        | a
        """,
        "2025-01: a 10 0 0, old 5 5 0, z 8 8 13",
        "alias_twice B5, alias_circle B2, alias_circle B3",
    ),
]

WORD_CASES = [
    (
        "a word or phrase, and the value alone or after its column",
        """
        Word          | Means
        big customers | Segment=Enterprise
        Whales        | enterprise
        VIP           | owner: Lea
        the long tail | PME
        key accounts  | Segment = "Mid-Market"
        lone wolves   | Unassigned
        large         | SMB
        """,
        {
            "big customers": "segment=Enterprise",
            "Whales": "segment=Enterprise",
            "VIP": "owner=Lea",
            "the long tail": "segment=SMB",
            "key accounts": "segment=Mid-Market",
            "lone wolves": "owner=Unassigned",
            "large": "segment=SMB",
        },
        "",
    ),
    (
        "in French, with a blank row",
        "Mot|Signifie\nnos clés|Enterprise\n|\ngros poissons|Responsable=Lea",
        {"nos clés": "segment=Enterprise", "gros poissons": "owner=Lea"},
        "",
    ),
    (
        "a row without a word or without one value",
        """
        Word       | Means
                   | SMB
        ???        | SMB
        #REF!      | SMB
        a b c d e f g h i | SMB
        whales     |
        minnows    | Elephants
        krill      | SMB, Enterprise
        sharks     | Segment=Lea
        dolphins   | Colour=SMB
        crabs      | not SMB
        eels       | -SMB
        squids     | Segment!=SMB
        cod        | churn
        """,
        {},
        ", ".join(
            [*(f"word_unreadable A{row}" for row in range(2, 6)), *(f"word_meaning B{row}" for row in range(6, 15))]
        ),
    ),
    (
        "a word that means something already keeps its meaning; one value under its own name is no harm",
        """
        Word                 | Means
        NRR                  | Enterprise
        not                  | Enterprise
        not our problem      | Enterprise
        delete all           | Enterprise
        lost customers       | Enterprise
        at risk              | Enterprise
        Q3                   | Enterprise
        last year            | Enterprise
        top 10               | Enterprise
        our customers        | Enterprise
        smb                  | Enterprise
        SMB friends          | Enterprise
        plan SMB             | Enterprise
        segments             | Enterprise
        Acme                 | Enterprise
        hello                | Enterprise
        chur-n               | Enterprise
        enterprise customers | Enterprise
        """,
        {"enterprise customers": "segment=Enterprise"},
        ", ".join(f"word_reserved A{row}" for row in range(2, 19)),
    ),
    (
        "the first of two meanings is used; a spelling of the same word with the same meaning is harmless",
        "Word|Means\nBig customer|SMB\nbig customers|smb\nBIG-CUSTOMERS|Enterprise",
        {"Big customer": "segment=SMB"},
        "word_twice B4",
    ),
]

LONG_CASES = [
    (
        "a row for each account and month, in any order; months as texts, dates and serial numbers",
        """
        Account ID | Month       | MRR
        a          | 2025-02     | 12
        a          | janv. 2025  | 10
        b          | 2025-02-28d | '1 200,50
        b          | 45717       | 5
        """,
        "2025-01: a 10 12 0, b 0 1200.5 5",
        "",
    ),
    (
        "what a blank means: not yet, gone, and 0 between two amounts",
        """
        Account ID | Month   | MRR
        a          | 2025-01 | 10
        a          | 2025-03 | 30
        b          | 2025-02 | 5
        c          | 2025-01 | 7
        c          | 2025-02 |
        c          | 2025-03 | 0
        """,
        "2025-01: a 10 0 30, b 0 5 0, c 7 0 0",
        "gap B2, gap B5",
    ),
    (
        "products of one account are added up; the same one twice is reported",
        """
        Account ID | Month   | MRR | Product
        a          | 2025-01 | 10  | base
        a          | 2025-01 | 5   | add-on
        a          | 2025-01 | 5   | Add-On
        b          | 2025-01 | 1   |
        """,
        "2025-01: a 20, b 1",
        "month_again B4",
    ),
    (
        "a month that no account has is reported once",
        """
        Account ID | Month   | MRR
        a          | 2025-01 | 10
        b          | 2025-01 | 10
        a          | 2025-03 | 10
        b          | 2025-03 | 10
        """,
        "2025-01: a 10 10 10, b 10 10 10",
        "month_missing B1",
    ),
    (
        "an ambiguous date is reported, unless its column decides",
        """
        Account ID | Month      | MRR
        a          | 2025-01    | 10
        b          | 03/02/2025 | 10
        """,
        "2025-01: a 10, b* 0",
        "date_ambiguous B3",
    ),
    (
        "what cannot be read: a month, an amount, a month that is missing, a total, a row without an account",
        """
        Account ID | Month   | MRR
        a          | 2025-01 | 10
        a          | soon    | 10
        b          | 2025-01 | TBD
        c          |         | 10
        d          | 2025-01 | -5
        e          | 2025-01 | 7
        e          |         |
        Total      | 2025-01 | 27
                   | 2025-01 | 5
        """,
        "2025-01: a* 10, b* 0, c* 0, d* 0, e 7",
        "total_row A9, missing_id A10, amount_unreadable C4, amount_negative C6, row_month B3, value_missing B5",
    ),
    (
        "a month that is not over is not read yet",
        """
        Account ID | Month   | MRR
        a          | 2025-03 | 10
        a          | 2025-04 | 3
        b          | 2025-04 | 3
        a          | 2025-05 | 12
        """,
        "2025-03: a 10, b 0",
        "month_future B3, month_future B5",
    ),
    (
        "French headings, an Amount for an MRR, currencies",
        """
        ID client | Mois    | Montant (USD) | Devise
        a         | 2025-01 | 10            | EUR
        b         | 2025-01 | 10            |
        """,
        "2025-01: a 10, b** 10",
        "fx_missing C1",
    ),
]

MOVEMENT_CASES = [
    (
        "changes of MRR, in any order, by day; what comes after the last month that is over is not there yet",
        """
        Account ID | Date        | Amount | Type
        a          | 2025-01-31d | 100    | New
        a          | 2025-03-01d | 20     | Expansion
        a          | 2025-03-31d | -5     | Contraction
        b          | 2025-02-10d | 50     | New
        b          | 2025-03-10d | -50    | Churn
        b          | 2025-04-10d | 70     | Reactivation
        """,
        "2025-01: a 100 100 115, b 0 50 0",
        "",
    ),
    (
        "French, by month",
        """
        Compte | Mois       | Variation | Mouvement
        a      | janv. 2025 | '1 000,00 | Nouveau
        a      | 03/2025    | '(250,50) | Baisse
        """,
        "2025-01: a 1000 1000 749.5",
        "",
    ),
    (
        "MRR never falls below nothing, and a change has the sign of its type",
        """
        Account ID | Date        | Amount | Type
        a          | 2025-01-10d | 100    |
        a          | 2025-02-10d | -60    |
        a          | 2025-02-20d | -60    |
        b          | 2025-01-10d | 100    | New
        b          | 2025-02-10d | 100    | Churn
        c          | 2025-01-10d | -60    | an odd one
        c          | 2025-01-20d | 100    | an odd one
        """,
        "2025-01: a* 100 0 0, b* 100 200 200, c 40 40 40",
        "change_sign C6, mrr_below_zero C4",
    ),
    (
        "a row that appears twice counts twice, and is reported",
        """
        Account ID | Date        | Amount | Note
        a          | 2025-01-10d | 100    | x
        a          | 2025-01-10d | 100    | y
        a          | 2025-01-10d | '100   | x
        """,
        "2025-01: a 300 300 300",
        "duplicate_line A4",
    ),
    (
        "what cannot be read",
        """
        Account ID | Date        | Amount
        a          | 2025-01-10d | 100
        a          | soon        | 20
        b          | 2025-01-10d |
        c          |             | 20
        d          | 2025-01-10d | lots
        Total      |             | 140
        """,
        "2025-01: a* 100 100 100, b* 0 0 0, c* 0 0 0, d* 0 0 0",
        "total_row A7, amount_unreadable C6, row_month B3, value_missing B5, value_missing C4",
    ),
]


MONTHS: list[Cell] = ["2025-01", "Feb 2025", 45717, "avr. 2025"]

IDS: list[Cell] = ["a", "b", "c", 7, 7.0, " a "]

AMOUNTS: list[tuple[Cell, int]] = [
    *((None, 0), ("", 0), (0, 0), (10, 1000), (12.5, 1250), (0.29, 29), (1.005, 101), ("1,234.56", 123456)),
    *(("€ 7", 700), ("1.2k", 120000), ("\N{NO-BREAK SPACE}5", 500), (3_000_000_000, 300_000_000_000)),
]
