"""The sample workbook: a believable company's sheet, made anew by `python -m sheets.sample`.

An invented vendor of planning software, about 150 invented customers, 36 months in EUR, kept by hand as such sheets
are: yearly prices divided by 12, customers who leave and come back, and the mistakes listed in MISTAKES.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from core.money import half_up, to_units
from core.months import Month
from sheets.excel.workbook import create
from sheets.workbook.input_tabs import Heading, Sheet
from sheets.workbook.tables import Value

SAMPLE = Path(__file__).with_name("sample.xlsx")
# Chosen so that each size keeps about as much as the field says it does; the tests name the ranges.
SEED = 370
FIRST = Month.of(2023, 10)
MONTHS = 36
LAST = FIRST + (MONTHS - 1)


@dataclass(frozen=True, slots=True)
class Size:
    """How customers of one size buy and behave.

    Attributes:
        segment: the size's name.
        names: one customer each.
        plans: plan -> price of one seat, cents a year.
        seats: the fewest and the most at the start.
        limits: the least and the most that one pays, cents a year.
        rounded: to what the price is rounded, cents a year.
        leaves, shrinks, grows: how many in 1000 do, each month.
        returns: how many in 1000 of those who left come back, after 2 to 6 months.
        cut, rise: by how much per cent, from and to.
        adoption: the share of features in use, per cent, in the middle.

    """

    segment: str
    names: tuple[str, ...]
    plans: Mapping[str, int]
    seats: tuple[int, int]
    limits: tuple[int, int]
    rounded: int
    leaves: int
    shrinks: int
    grows: int
    returns: int
    cut: tuple[int, int]
    rise: tuple[int, int]
    adoption: int


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).split(", "))


SIZES = (
    Size(
        segment="Enterprise",
        names=_names(
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
        rounded=100_000,
        leaves=0,
        shrinks=13,
        grows=78,
        returns=0,
        cut=(8, 22),
        rise=(8, 26),
        adoption=74,
    ),
    Size(
        segment="Mid-Market",
        names=_names(
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
        rounded=10_000,
        leaves=6,
        shrinks=9,
        grows=44,
        returns=300,
        cut=(10, 35),
        rise=(8, 24),
        adoption=66,
    ),
    Size(
        segment="SMB",
        names=_names(
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
        rounded=1,
        leaves=11,
        shrinks=12,
        grows=27,
        returns=250,
        cut=(15, 45),
        rise=(10, 40),
        adoption=62,
    ),
    Size(
        segment="Consumer",
        names=_names(
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
        rounded=1,
        leaves=28,
        shrinks=6,
        grows=8,
        returns=150,
        cut=(30, 50),
        rise=(50, 100),
        adoption=56,
    ),
)

# What a name gives away; where it gives nothing away, one is drawn.
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

# What happened to the large accounts last quarter, and the departures before it: month, per cent of the price before.
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
QUIET = Month.of(2026, 7)  # from here on, the largest accounts do only what STORIES says
# Two of them hardly use what they pay for, per cent of the features.
IDLE = {"Quintarra Assurances": 36, "Castelmur Banque": 44}
# They pay a third more from June to September, or in the winter months.
SUMMER = ("Sommarvik Camping", "Tidewell Surf", "Wellenkamp Reisen")
WINTER = ("Nevaska Snow", "Vassbotn Ski", "Vielmont Ski")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of the kind that people make, and the code of the problem that must come of it.

    Attributes:
        code: a key of sheets.problems.CODES.
        tab: the tab that it stands in.
        account: the id of the account that it touches.
        month: the column of the MRR tab; None where a whole row is meant.
        value: what stands in the cell.

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
    """One invented customer; `mrr` is in cents, one per month, None where the cell is blank."""

    name: str
    size: Size
    plan: str
    since: dt.date
    mrr: list[int | None]
    facts: dict[str, Value] = field(default_factory=dict)


def _told(rng: random.Random, name: str, words: Mapping[str, str]) -> str:
    """Return the key whose words stand in the name; a drawn one where none do."""
    drawn = sorted(words)[rng.randrange(len(words))]
    return next((key for key, known in words.items() if set(known.split()) & set(name.split())), drawn)


def _between(rng: random.Random, bounds: tuple[int, int]) -> int:
    return rng.randrange(bounds[0], bounds[1] + 1)


def _yearly(rng: random.Random, size: Size, seat: int, start: int, story: Mapping[str, int]) -> list[int]:
    """Return what a customer pays, cents a year, month by month: 0 before `start` and while it is gone."""
    price, away, prices = seat * _between(rng, size.seats) // size.rounded * size.rounded, 0, []
    for offset in range(MONTHS):
        month = FIRST + offset
        chance, share, stays_away, back = (rng.randrange(1000) for _ in range(4))
        told = str(month) in story
        if offset < start:
            prices.append(0)
            continue
        if told:
            price = price * story[str(month)] // 100
            price, away = price // size.rounded * size.rounded, away if price else MONTHS
        elif away:
            away -= 1
        elif chance < size.leaves and offset > start:
            away = 2 + stays_away % 5 if back < size.returns else MONTHS
        elif size.segment == "Enterprise" and month >= QUIET:
            pass
        elif chance < size.leaves + size.shrinks:
            price = _resized(price, seat, 100 - (size.cut[0] + share % (size.cut[1] - size.cut[0])), size)
        elif chance < size.leaves + size.shrinks + size.grows:
            price = _resized(price, seat, 100 + (size.rise[0] + share % (size.rise[1] - size.rise[0])), size)
        prices.append(0 if away else price)
    return prices


def _resized(price: int, seat: int, percent: int, size: Size) -> int:
    """Return the price of `percent` of the seats, one seat more or less at the least."""
    seats = price // seat
    wanted = half_up(seats * percent, 100)
    wanted = max(wanted, seats + 1) if percent > 100 else min(wanted, seats - 1)
    return min(max(wanted * seat, size.limits[0]), size.limits[1]) // size.rounded * size.rounded


def _seasonal(name: str, month: Month, price: int) -> int:
    busy = (name in SUMMER and 6 <= month.number <= 9) or (name in WINTER and month.number in {12, 1, 2, 3})
    return price * 4 // 3 if busy else price


def _written(prices: Sequence[int], zeros: bool) -> list[int | None]:
    """Return monthly cents as people write them: blank before the first, 0 while away, then 0 or blank for good."""
    paid = [offset for offset, price in enumerate(prices) if price]
    return [
        None if offset < paid[0] or (offset > paid[-1] and not zeros) else half_up(price, 12)
        for offset, price in enumerate(prices)
    ]


def _facts(rng: random.Random, customer: Customer, seat: int, price: int) -> dict[str, Value]:
    """Return how a customer who still pays uses the product; all blank for one who left."""
    drawn = max(12, min(96, customer.size.adoption + _between(rng, (-30, 26))))
    adoption = IDLE.get(customer.name, drawn)
    quota, used, mood = _between(rng, (34, 97)), _between(rng, (52, 100)), _between(rng, (-2, 3))
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
        "Seats used": max(1, half_up(seats * used, 100)),
        "NPS": nps,
        "Health": health,
    }


def customers(seed: int = SEED) -> list[Customer]:
    """Return the invented customers, the oldest first, without any mistake."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    made = []
    for size in SIZES:
        for name in size.names:
            plan = sorted(size.plans)[rng.randrange(100) * len(size.plans) // 140]
            seat = size.plans[plan]
            start = max(0, _between(rng, (-50, 30))) if name not in STORIES else 0
            day = (FIRST + start).first_day.replace(day=(1, 1, 15)[rng.randrange(3)])
            since = day if start else day.replace(year=2019 + rng.randrange(4), month=1 + rng.randrange(12))
            prices = _yearly(rng, size, seat, start, STORIES.get(name, {}))
            prices = [_seasonal(name, FIRST + offset, price) for offset, price in enumerate(prices)]
            customer = Customer(name, size, plan, since, _written(prices, zeros=rng.randrange(3) > 0))
            segmented: dict[str, Value] = {
                "Industry": _told(rng, name, INDUSTRIES),
                "Region": _told(rng, name, REGIONS),
                "Owner": OWNERS[rng.randrange(len(OWNERS))],
                "Pricing model": PRICING[size.segment][rng.randrange(len(PRICING[size.segment]))],
            }
            if size.segment == "Consumer":
                segmented["Industry"] = "Professional services"
            customer.facts = segmented | _facts(rng, customer, seat, prices[-1])
            made.append(customer)
    return sorted(made, key=lambda customer: (customer.since, customer.name))


CUSTOMER_HEADINGS = (
    Heading("Account ID", width=12),
    Heading("Name", width=27),
    Heading("Segment", width=12),
    Heading("Industry", width=21),
    Heading("Region", width=13),
    Heading("Plan", width=15),
    Heading("Owner", width=9),
    Heading("Currency", width=9),
    Heading("Pricing model", width=14),
    Heading("Since", "date", width=12),
    Heading("Renewal date", "date", width=13),
    Heading("Feature adoption", "percent", width=17),
    Heading("Quota use", "percent", width=11),
    Heading("Seats", "integer", width=9),
    Heading("Seats used", "integer", width=11),
    Heading("NPS", "integer", width=7),
    Heading("Health", width=9),
)


def _customer_row(account: str, customer: Customer) -> list[Value]:
    named: dict[str, Value] = {
        "Account ID": account,
        "Name": customer.name,
        "Segment": customer.size.segment,
        "Plan": customer.plan,
        "Currency": "EUR",
        "Since": customer.since,
    }
    known = named | customer.facts
    return [known.get(str(heading.text)) for heading in CUSTOMER_HEADINGS]


def sheets(seed: int = SEED) -> tuple[Sheet, Sheet]:
    """Return the tabs Customers and MRR, mistakes included."""
    made = {f"A-{number:04d}": customer for number, customer in enumerate(customers(seed), 1)}
    about = {account: _customer_row(account, customer) for account, customer in made.items()}
    paid: dict[str, list[Value]] = {
        account: [account, *(None if cents is None else to_units(cents, 2) for cents in customer.mrr)]
        for account, customer in made.items()
    }
    again = []
    for mistake in MISTAKES:
        if mistake.code == "fx_missing":
            about[mistake.account][7] = mistake.value
        elif mistake.code == "duplicate_account":
            again.append(about[mistake.account])
        elif mistake.code == "unknown_account":
            paid[mistake.account] = [mistake.account, *[None] * (MONTHS - 3), *[mistake.value] * 3]
        elif mistake.code == "total_row":
            # Summed by hand from what is written above it, as someone pasted it.
            columns = list(zip(*paid.values(), strict=True))[1:]
            totals = [sum((cell for cell in column if isinstance(cell, Decimal)), Decimal(0)) for column in columns]
            paid[mistake.account] = [mistake.account, *totals]
        elif mistake.month is not None:
            paid[mistake.account][1 + FIRST.until(mistake.month)] = mistake.value
    months = [Heading((FIRST + offset).first_day, "money", width=12) for offset in range(MONTHS)]
    return (
        Sheet("Customers", CUSTOMER_HEADINGS, [*about.values(), *again], frozen=2),
        Sheet("MRR", [Heading("Account ID", width=12), *months], list(paid.values())),
    )


def main() -> None:
    """Write the sample workbook anew."""
    SAMPLE.unlink(missing_ok=True)
    create(SAMPLE, sheets())


if __name__ == "__main__":
    main()
