"""The sample workbook: the sheet of an invented company. `python -m sheets.templates.sample` writes it again.

The company sells planning software to about 150 customers; the sheet has 36 months in EUR. It has the habits of a sheet
that is kept by hand: yearly prices divided by 12, customers who leave and return, and the mistakes in MISTAKES.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from core.money import divide_half_up, to_units
from core.months import Month
from sheets.excel.workbook import create_workbook
from sheets.workbook.input_tabs import InputColumn, InputTab
from sheets.workbook.tables import Value

SAMPLE = Path(__file__).with_name("sample.xlsx")
# Chosen so that the retention of each size is within its benchmark range; the tests have the ranges.
SEED = 370
FIRST = Month.of(2023, 10)
MONTHS = 36
LAST = FIRST + (MONTHS - 1)


@dataclass(frozen=True, slots=True)
class SampleSize:
    """The buying behaviour of the customers of one size.

    Attributes:
        segment: the name of the size.
        names: the names of the customers.
        plans: plan -> price of one seat, cents a year.
        seats: the minimum and maximum number of seats at the start.
        limits: the minimum and maximum price of a customer, cents a year.
        rounding: the unit to which prices are rounded down, cents a year.
        leaves, shrinks, grows: the customers in 1000 that do so each month.
        returns: the customers in 1000 of those who left that return, after 2 to 6 months.
        cut, rise: the minimum and maximum change, per cent.
        adoption: the median share of features in use, per cent.

    """

    segment: str
    names: tuple[str, ...]
    plans: Mapping[str, int]
    seats: tuple[int, int]
    limits: tuple[int, int]
    rounding: int
    leaves: int
    shrinks: int
    grows: int
    returns: int
    cut: tuple[int, int]
    rise: tuple[int, int]
    adoption: int


def _split_names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).split(", "))


SAMPLE_SIZES = (
    SampleSize(
        segment="Enterprise",
        names=_split_names(
            """
            Halbrecht Energie, Ostrevan Logistik, Quintarra Assurances, Velmora Pharma, Nordhavn Maritim,
            Castelmur Banque, Brennholm Stahl, Aurevanne Retail, Torvik Offshore, Lysmont Telecom, Kaltenried
            Versicherung, Marisolva Foods, Pontarel Aéronautique, Esterhuis Chemicals, Ormgard Health, Rivengard
            Mobility, Solvanne Utilities, Trevalis Group
            """
        ),
        plans={"Enterprise": 66_000, "Enterprise Plus": 84_000},
        seats=(200, 680),
        limits=(10_200_000, 90_000_000),
        rounding=100_000,
        leaves=0,
        shrinks=13,
        grows=78,
        returns=0,
        cut=(8, 22),
        rise=(8, 26),
        adoption=74,
    ),
    SampleSize(
        segment="Mid-Market",
        names=_split_names(
            """
            Abelune Software, Arkenfeld Bau, Bellavoir Hôtels, Birchwater Foods, Calvarenne Santé, Corvane
            Systems, Dalmerac Vins, Dornwick Tools, Elverhoj Design, Eskarra Media, Falkenrode Druck, Ferrandal
            Sport, Gardelac Paysage, Grenholt Timber, Havrelle Transport, Hollinbeck Legal, Isolde Cosmétiques,
            Jorvane Travel, Kestrova Games, Kvistgaard Energi, Lanterval Éditions, Linnhoff Optik, Maravelle
            Mode, Merrowby Schools, Nevaska Snow, Novalune Labs, Oderwald Medien, Orlestone Parts, Pallandor
            Ports, Pernessy Notaires, Quellbach Wasser, Ravensmoor Clinics, Rosendal Bryggeri, Sablonne
            Immobilier, Saltmarsh Marine, Tannervik Møbler, Tessarine Bio, Ulvestad Fisk, Valdorne Conseil,
            Verdanne Agri, Wellenkamp Reisen, Winterbourn Data, Yarrowby Print, Zellmoor Robotik
            """
        ),
        plans={"Business": 46_800, "Business Plus": 58_800},
        seats=(36, 150),
        limits=(1_080_000, 9_600_000),
        rounding=10_000,
        leaves=6,
        shrinks=9,
        grows=44,
        returns=300,
        cut=(10, 35),
        rise=(8, 24),
        adoption=66,
    ),
    SampleSize(
        segment="SMB",
        names=_split_names(
            """
            Accordine, Alderby Café Group, Amberline Dental, Anselmé & Fils, Argenval Bijoux, Bakkegard Ost,
            Beaurivage Yoga, Bluefen Cycles, Boisclair Menuiserie, Brightlock Keys, Candelune, Cederstrand Bok,
            Chantelys, Clarendale Pets, Copperwick Ales, Cressida Floral, Damasque Textile, Drosselhof,
            Eichental Optik, Emberly Kitchens, Étoilerie, Farnaby Tutors, Feldspatz, Fjordlys Foto, Glimmerton,
            Gravelotte Vélo, Greenhithe Vets, Harborne Physio, Heidekraut, Indigarde, Juniperell, Kapelbakken,
            Kirschau Confiserie, Lavandrine, Lindenau Musik, Loxleigh Archery, Marbella Rouge Traiteur, Mosswell
            Surveys, Myrtille & Co, Nettlebed Honey, Obstgarten Nord, Oxlade Joinery, Papeterie Voltane,
            Pebblecote, Pinsonnet, Quayside Rigging, Rabenschlag Verlag, Redfern Kilns, Sainte-Orle Spa, Seetal
            Boote, Silverquay Cabs, Sommarvik Camping, Tidewell Surf, Tilleul Architecture, Umbrella Row,
            Vassbotn Ski, Vielmont Ski, Westerlund Kaffe, Willowmere, Zirbelstube
            """
        ),
        plans={"Starter": 34_900, "Team": 46_900},
        seats=(3, 17),
        limits=(69_800, 960_000),
        rounding=1,
        leaves=11,
        shrinks=12,
        grows=27,
        returns=250,
        cut=(15, 45),
        rise=(10, 40),
        adoption=62,
    ),
    SampleSize(
        segment="Consumer",
        names=_split_names(
            """
            Atelier Brume, Atelier Kyrielle, Atelier Ocre, Studio Bergamote, Studio Fernline, Studio Halcyon,
            Studio Moire, Studio Nightjar, Studio Pollen, Studio Quartzite, Studio Tangent, Cabinet Lorme,
            Cabinet Sévigny, Büro Ahorn, Büro Kranich, Büro Silberfuchs, Foto Nebelkind, Coach Verveine, Coach
            Eastlight, Texte & Ton, Plume Libre, Inkwell Notes, Paper Heron, Little Tern, Quiet Orchard, Solo
            Maple, Hand & Thread, Kleinod Design, Tegnestue Vest, Vinterlys Grafik
            """
        ),
        plans={"Solo": 11_900, "Solo Plus": 22_900},
        seats=(1, 2),
        limits=(11_900, 68_700),
        rounding=1,
        leaves=28,
        shrinks=6,
        grows=8,
        returns=150,
        cut=(30, 50),
        rise=(50, 100),
        adoption=56,
    ),
)

# Words in a customer's name -> its industry or region; for other names one is drawn.
INDUSTRIES = {
    "Manufacturing": "Stahl Bau Tools Timber Chemicals Energie Energi Aéronautique Robotik Parts Print Druck Utilities "
    "Wasser Systems Møbler Kilns Boote Menuiserie Joinery Textile Kitchens Rigging",
    "Financial services": "Banque Assurances Versicherung Immobilier Notaires Conseil Keys",
    "Healthcare": "Pharma Health Santé Clinics Bio Dental Vets Physio Optik Spa Yoga Labs",
    "Retail": "Retail Foods Vins Mode Sport Cosmétiques Fisk Bryggeri Bok Bijoux Pets Ales Floral Café Vélo Cycles "
    "Confiserie Honey Kaffe Traiteur Musik Agri",
    "Logistics": "Logistik Maritim Offshore Mobility Transport Travel Ports Marine Reisen Cabs Camping Surf Ski Snow",
    "Professional services": "Legal Media Medien Design Data Software Studio Atelier Cabinet Büro Coach Verlag Foto "
    "Architecture Surveys Tutors Schools Éditions Paysage Games Telecom",
}
REGIONS = {
    "DACH": "Energie Logistik Stahl Versicherung Bau Druck Optik Medien Wasser Reisen Robotik Büro Verlag Musik Boote "
    "Confiserie Nord Eichental Heidekraut Feldspatz Drosselhof Zirbelstube Nebelkind Ton Kleinod Linnhoff Indigarde",
    "France": "Assurances Banque Aéronautique Hôtels Santé Vins Sport Paysage Transport Cosmétiques Éditions Mode "
    "Notaires Immobilier Conseil Agri Fils Bijoux Yoga Menuiserie Floral Textile Vélo Traiteur Co Papeterie Spa "
    "Architecture Atelier Cabinet Libre Verveine Candelune Chantelys Étoilerie Lavandrine Pinsonnet Accordine",
    "Nordics": "Maritim Offshore Energi Møbler Fisk Bryggeri Snow Design Bok Foto Camping Kaffe Kapelbakken Ost "
    "Vassbotn Grafik Tegnestue Studio",
    "UK & Ireland": "Tools Foods Timber Legal Schools Parts Ports Clinics Marine Data Print Dental Café Cycles Keys "
    "Pets Ales Kitchens Tutors Vets Physio Archery Surveys Honey Joinery Rigging Kilns Cabs Surf Utilities Health",
    "Benelux": "Chemicals Systems Labs Group Retail Glimmerton Juniperell",
}
OWNERS = ("Amira", "Clara", "Inès", "Jonas", "Mateo")
PRICING = {
    "Enterprise": ("tiered", "usage", "per seat"),
    "Mid-Market": ("per seat", "tiered", "usage"),
    "SMB": ("per seat", "per seat", "tiered"),
    "Consumer": ("flat",),
}

# Large accounts: their changes in the last quarter, and earlier departures. Month -> per cent of the previous price.
STORIES: Mapping[str, Mapping[str, int]] = {
    "Halbrecht Energie": {"2026-08": 125},
    "Velmora Pharma": {"2026-07": 125},
    "Aurevanne Retail": {"2026-09": 115},
    "Solvanne Utilities": {"2026-08": 107},
    "Castelmur Banque": {"2026-09": 88},
    "Torvik Offshore": {"2026-07": 94},
    "Ostrevan Logistik": {"2026-08": 0},
    "Esterhuis Chemicals": {"2025-02": 0},
}
QUIET = Month.of(2026, 7)  # from this month on, Enterprise accounts change only as STORIES says
# Two of them use few of the features, per cent.
IDLE = {"Quintarra Assurances": 36, "Castelmur Banque": 44}
# Seasonal customers pay a third more from June to September, or from December to March.
SUMMER = ("Sommarvik Camping", "Tidewell Surf", "Wellenkamp Reisen")
WINTER = ("Nevaska Snow", "Vassbotn Ski", "Vielmont Ski")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A typical mistake in the sheet, and the code of the problem that it must cause.

    Attributes:
        code: a key of sheets.problems.CODES.
        tab: the tab with the mistake.
        account: the id of the affected account.
        month: the column of the MRR tab; None for a whole row.
        value: the content of the cell.

    """

    code: str
    tab: str
    account: str
    month: Month | None = None
    value: str | Decimal | None = None


MISTAKES = (
    Mistake("amount_unreadable", "MRR", "A-0089", Month.of(2026, 9), "TBD"),
    Mistake("amount_negative", "MRR", "A-0105", Month.of(2026, 5), Decimal("-49.00")),
    Mistake("gap", "MRR", "A-0081", Month.of(2025, 11)),
    Mistake("fx_missing", "Customers", "A-0104", value="USD"),
    Mistake("duplicate_account", "Customers", "A-0101"),
    Mistake("unknown_account", "MRR", "A-0199", value=Decimal("61.50")),
    Mistake("total_row", "MRR", "TOTAL"),
)


@dataclass(slots=True)
class Customer:
    """One invented customer; `mrr` is in cents, one per month, None for a blank cell."""

    name: str
    size: SampleSize
    plan: str
    since: dt.date
    mrr: list[int | None]
    facts: dict[str, Value] = field(default_factory=dict)


def _choose_by_name(rng: random.Random, name: str, words_by_key: Mapping[str, str]) -> str:
    """Return the key that has a word of the name; without such a key, a drawn one."""
    drawn_key = sorted(words_by_key)[rng.randrange(len(words_by_key))]
    return next((key for key, words in words_by_key.items() if set(words.split()) & set(name.split())), drawn_key)


def _draw_between(rng: random.Random, bounds: tuple[int, int]) -> int:
    return rng.randrange(bounds[0], bounds[1] + 1)


def _simulate_prices(
    rng: random.Random, size: SampleSize, seat: int, start: int, story: Mapping[str, int]
) -> list[int]:
    """Return the yearly price of a customer for each month, in cents: 0 before `start` and during an absence."""
    price, months_away, prices = seat * _draw_between(rng, size.seats) // size.rounding * size.rounding, 0, []
    for offset in range(MONTHS):
        month = FIRST + offset
        # Four numbers a month, used or not, so that a change of one customer's story leaves the others unchanged.
        event, change, absence, return_chance = (rng.randrange(1000) for _ in range(4))
        if offset < start:
            prices.append(0)
            continue
        if str(month) in story:
            price = price * story[str(month)] // 100
            price, months_away = price // size.rounding * size.rounding, months_away if price else MONTHS
        elif months_away:
            months_away -= 1
        elif event < size.leaves and offset > start:
            months_away = 2 + absence % 5 if return_chance < size.returns else MONTHS
        elif size.segment == "Enterprise" and month >= QUIET:
            pass
        elif event < size.leaves + size.shrinks:
            price = _change_seats(price, seat, 100 - (size.cut[0] + change % (size.cut[1] - size.cut[0])), size)
        elif event < size.leaves + size.shrinks + size.grows:
            price = _change_seats(price, seat, 100 + (size.rise[0] + change % (size.rise[1] - size.rise[0])), size)
        prices.append(0 if months_away else price)
    return prices


def _change_seats(price: int, seat: int, percent: int, size: SampleSize) -> int:
    """Return the price of `percent` of the seats, which is at least one seat more or less."""
    seats = price // seat
    new_seats = divide_half_up(seats * percent, 100)
    new_seats = max(new_seats, seats + 1) if percent > 100 else min(new_seats, seats - 1)
    return min(max(new_seats * seat, size.limits[0]), size.limits[1]) // size.rounding * size.rounding


def _apply_season(name: str, month: Month, price: int) -> int:
    in_season = (name in SUMMER and 6 <= month.number <= 9) or (name in WINTER and month.number in {12, 1, 2, 3})
    return price * 4 // 3 if in_season else price


def _to_monthly_cells(prices: Sequence[int], zeros: bool) -> list[int | None]:
    """Return monthly cents as people enter them: blank before the first price, then 0; at the end 0 or blank."""
    paid_months = [offset for offset, price in enumerate(prices) if price]
    return [
        None if offset < paid_months[0] or (offset > paid_months[-1] and not zeros) else divide_half_up(price, 12)
        for offset, price in enumerate(prices)
    ]


def _draw_usage(rng: random.Random, customer: Customer, seat: int, price: int) -> dict[str, Value]:
    """Return the usage columns of a paying customer; none for a customer who left."""
    drawn_adoption = max(12, min(96, customer.size.adoption + _draw_between(rng, (-30, 26))))
    adoption = IDLE.get(customer.name, drawn_adoption)
    quota, used, mood = _draw_between(rng, (34, 97)), _draw_between(rng, (52, 100)), _draw_between(rng, (-2, 3))
    nps = max(0, min(10, 5 + adoption // 20 + mood))
    if not customer.mrr[-1]:
        return {}
    seats = max(1, price // seat)
    health = "red" if adoption < 35 or nps <= 4 else "amber" if adoption < 55 or nps <= 6 else "green"
    renewal = customer.since.replace(year=2026)
    return {
        "Renewal date": renewal if renewal > LAST.last_day else renewal.replace(year=2027),
        "Feature adoption": Decimal(adoption).scaleb(-2),
        "Quota use": Decimal(quota).scaleb(-2),
        "Seats": seats,
        "Seats used": max(1, divide_half_up(seats * used, 100)),
        "NPS": nps,
        "Health": health,
    }


def generate_customers(seed: int = SEED) -> list[Customer]:
    """Return the invented customers, the oldest first, without the mistakes."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    customers = []
    for size in SAMPLE_SIZES:
        for name in size.names:
            plan = sorted(size.plans)[rng.randrange(100) * len(size.plans) // 140]
            seat = size.plans[plan]
            start = max(0, _draw_between(rng, (-50, 30))) if name not in STORIES else 0
            day = (FIRST + start).first_day.replace(day=(1, 1, 15)[rng.randrange(3)])
            since = day if start else day.replace(year=2019 + rng.randrange(4), month=1 + rng.randrange(12))
            prices = _simulate_prices(rng, size, seat, start, STORIES.get(name, {}))
            prices = [_apply_season(name, FIRST + offset, price) for offset, price in enumerate(prices)]
            customer = Customer(name, size, plan, since, _to_monthly_cells(prices, zeros=rng.randrange(3) > 0))
            segments: dict[str, Value] = {
                "Industry": _choose_by_name(rng, name, INDUSTRIES),
                "Region": _choose_by_name(rng, name, REGIONS),
                "Owner": OWNERS[rng.randrange(len(OWNERS))],
                "Pricing model": PRICING[size.segment][rng.randrange(len(PRICING[size.segment]))],
            }
            if size.segment == "Consumer":
                segments["Industry"] = "Professional services"
            customer.facts = segments | _draw_usage(rng, customer, seat, prices[-1])
            customers.append(customer)
    return sorted(customers, key=lambda customer: (customer.since, customer.name))


CUSTOMER_COLUMNS = (
    InputColumn("Account ID", width=12),
    InputColumn("Name", width=27),
    InputColumn("Segment", width=12),
    InputColumn("Industry", width=21),
    InputColumn("Region", width=13),
    InputColumn("Plan", width=15),
    InputColumn("Owner", width=9),
    InputColumn("Currency", width=9),
    InputColumn("Pricing model", width=14),
    InputColumn("Since", "date", width=12),
    InputColumn("Renewal date", "date", width=13),
    InputColumn("Feature adoption", "percent", width=17),
    InputColumn("Quota use", "percent", width=11),
    InputColumn("Seats", "integer", width=9),
    InputColumn("Seats used", "integer", width=11),
    InputColumn("NPS", "integer", width=7),
    InputColumn("Health", width=9),
)


def _build_customer_row(account: str, customer: Customer) -> list[Value]:
    master_data: dict[str, Value] = {
        "Account ID": account,
        "Name": customer.name,
        "Segment": customer.size.segment,
        "Plan": customer.plan,
        "Currency": "EUR",
        "Since": customer.since,
    }
    values = master_data | customer.facts
    return [values.get(str(column.heading)) for column in CUSTOMER_COLUMNS]


def build_tabs(seed: int = SEED) -> tuple[InputTab, InputTab]:
    """Return the tabs Customers and MRR, including the mistakes."""
    customers = {f"A-{number:04d}": customer for number, customer in enumerate(generate_customers(seed), 1)}
    customer_rows = {account: _build_customer_row(account, customer) for account, customer in customers.items()}
    mrr_rows: dict[str, list[Value]] = {
        account: [account, *(None if cents is None else to_units(cents, 2) for cents in customer.mrr)]
        for account, customer in customers.items()
    }
    duplicate_rows = []
    for mistake in MISTAKES:
        if mistake.code == "fx_missing":
            customer_rows[mistake.account][7] = mistake.value
        elif mistake.code == "duplicate_account":
            duplicate_rows.append(customer_rows[mistake.account])
        elif mistake.code == "unknown_account":
            mrr_rows[mistake.account] = [mistake.account, *[None] * (MONTHS - 3), *[mistake.value] * 3]
        elif mistake.code == "total_row":
            # The sum of the rows above, as constants: people paste totals.
            columns = list(zip(*mrr_rows.values(), strict=True))[1:]
            totals = [sum((cell for cell in column if isinstance(cell, Decimal)), Decimal(0)) for column in columns]
            mrr_rows[mistake.account] = [mistake.account, *totals]
        elif mistake.month is not None:
            mrr_rows[mistake.account][1 + FIRST.until(mistake.month)] = mistake.value
    months = [InputColumn((FIRST + offset).first_day, "money", width=12) for offset in range(MONTHS)]
    return (
        InputTab("Customers", CUSTOMER_COLUMNS, [*customer_rows.values(), *duplicate_rows], frozen_columns=2),
        InputTab("MRR", [InputColumn("Account ID", width=12), *months], list(mrr_rows.values())),
    )


def main() -> None:
    """Write the sample workbook again."""
    SAMPLE.unlink(missing_ok=True)
    create_workbook(SAMPLE, build_tabs())


if __name__ == "__main__":
    main()
