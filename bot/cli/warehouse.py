"""`nrrbot doctor --prove-warehouse`: whether the company's engine computes the same figures as nrrbot."""

from __future__ import annotations

from core.config import Config
from core.errors import N_, Sentence, WarehouseError
from sheets.warehouse.connection import open_warehouse
from sheets.warehouse.proof import prove


def prove_warehouse(config: Config) -> Sentence:
    """Run the SELECT on the engine of the config over a company made for it; no table is read or created.

    Raises:
        ConfigError: the address cannot be used, or a package is not installed.
        WarehouseError: the engine cannot be reached, refused the query, or computes other integers.

    """
    with open_warehouse(config.warehouse) as warehouse:
        proof = prove(warehouse.run, warehouse.dialect)
    if proof.differing:
        raise WarehouseError(
            N_("{engine} computes other integers than nrrbot in {differing} of {count} cells: its figures are wrong."),
            N_("This is a bug in nrrbot: please report it with the version of the engine."),
            engine=warehouse.name,
            differing=proof.differing,
            count=proof.cells,
        )
    return Sentence(
        N_("{engine} computes the same integers as nrrbot in all {count} cells of a company made for this check."),
        {"engine": warehouse.name, "count": proof.cells},
    )
