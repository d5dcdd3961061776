"""The way back into the workbook: nothing is written while nothing has changed."""

from __future__ import annotations

import datetime as dt

from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from tests.support.company import TODAY, MakeCompany

DAY = dt.timedelta(days=1)
MORNING = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)


def test_the_next_day_changes_nothing_by_itself(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MORNING)
    assert write_back(setup.analyst, setup.workbook).tabs
    assert form.path
    before = form.path.read_bytes()
    setup = form.setup(TODAY + DAY)
    sync_workbook(setup.analyst, setup.workbook, MORNING + DAY)
    assert setup.analyst.load_newest().scope.today == (TODAY + DAY).date()
    assert write_back(setup.analyst, setup.workbook, only_changes=True).is_unchanged
    assert form.path.read_bytes() == before
