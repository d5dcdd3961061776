"""The monitoring of `nrrbot run`: its health and its metrics, on another address than Slack's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.jobs.schedule import SYNC, WRITE_BACK, JobContext
from bot.jobs.table import JOBS
from bot.service.monitoring.health import Health
from bot.service.monitoring.metrics import CONTENT_TYPE, Gauge, Gauges, write_metrics
from bot.service.serving import Serving
from bot.web.health import build_monitor_routes
from bot.web.server import serve_http
from core.errors import StoreError

_THREADS = 2


def build_health(context: JobContext, is_connected: Callable[[], bool]) -> Health:
    """Return the health of a bot whose jobs have a context."""
    limits = {job.name: job.find_limit(context.analyst.config) for job in JOBS}
    return Health(context.analyst, context.runs, (SYNC, WRITE_BACK), limits, is_connected)


def serve_monitor(context: JobContext, health: Health, count_waiting: Callable[[], Mapping[str, float]]) -> Serving:
    """Answer monitors in the background, on `[monitor]` of the config.

    Raises:
        ConfigError: the port is not free.

    """
    settings, gauges = context.analyst.config.monitor, _build_gauges(context, count_waiting)
    routes = build_monitor_routes(health.list_reasons, lambda: write_metrics(gauges), CONTENT_TYPE)
    return serve_http(routes, settings.host, settings.port, threads=_THREADS)


def _build_gauges(context: JobContext, count_waiting: Callable[[], Mapping[str, float]]) -> Gauges:
    analyst = context.analyst

    def read_sync_age() -> dict[str, float]:
        snapshot = analyst.find_snapshot()
        return {"": (analyst.clock() - snapshot.checked_at).total_seconds()} if snapshot else {}

    def read_stored(read: Callable[[], Mapping[str, float]]) -> Callable[[], Mapping[str, float]]:
        """Return a function that returns nothing where the store cannot be read: /healthz says so."""

        def read_if_possible() -> Mapping[str, float]:
            try:
                return read()
            except StoreError:
                return {}

        return read_if_possible

    return Gauges(
        Gauge("nrrbot_sync_age_seconds", "Time since the data was last confirmed.", "", read_stored(read_sync_age)),
        Gauge("nrrbot_deliveries", "Deliveries by state.", "state", read_stored(analyst.store.count_deliveries)),
        Gauge("nrrbot_queue", "Questions and messages that wait.", "queue", count_waiting),
        Gauge("nrrbot_store_bytes", "Size of the store.", "", lambda: {"": analyst.store.measure_bytes()}),
    )
