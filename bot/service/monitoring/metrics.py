"""The metrics of `nrrbot run`, in the text format of Prometheus. No label has a name, a person or a channel.

Only `nrrbot run` imports this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.service.log import get_command

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# Seconds: Slack waits 3 for an acknowledgement, people for an answer.
_ACK_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_ANSWER_BUCKETS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_JOB_BUCKETS = (0.1, 1.0, 10.0, 60.0, 300.0, 900.0)

REGISTRY = CollectorRegistry()
REQUESTS = Counter("nrrbot_requests", "Requests from Slack.", ("command", "outcome"), registry=REGISTRY)
ACK_SECONDS = Histogram(
    "nrrbot_ack_seconds", "Time until a request was acknowledged.", registry=REGISTRY, buckets=_ACK_BUCKETS
)
ANSWER_SECONDS = Histogram(
    "nrrbot_answer_seconds", "Time until an answer was sent.", registry=REGISTRY, buckets=_ANSWER_BUCKETS
)
JOB_RUNS = Counter("nrrbot_job_runs", "Runs of scheduled jobs.", ("job", "outcome"), registry=REGISTRY)
JOB_SECONDS = Histogram("nrrbot_job_seconds", "Time of a run.", ("job",), registry=REGISTRY, buckets=_JOB_BUCKETS)


def count_request(outcome: str, answer_seconds: float | None = None) -> None:
    """Count the request under way, and the time of its answer."""
    REQUESTS.labels(get_command(), outcome).inc()
    if answer_seconds is not None:
        ANSWER_SECONDS.observe(answer_seconds)


def observe_job(job: str, outcome: str, seconds: float) -> None:
    """Count a run of a job, and its time."""
    JOB_RUNS.labels(job, outcome).inc()
    JOB_SECONDS.labels(job).observe(seconds)


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value that is looked up when the metrics are asked for.

    Attributes:
        name: the name of the metric.
        text: the quantity, one sentence.
        label: the name of its label; empty without one.
        read: returns the values by label, `""` without one.

    """

    name: str
    text: str
    label: str
    read: Callable[[], Mapping[str, float]]


class Gauges(Collector):
    """Gauges that are looked up together."""

    def __init__(self, *gauges: Gauge) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the values; called by the library."""
        for gauge in self._gauges:
            family = GaugeMetricFamily(gauge.name, gauge.text, labels=[gauge.label] if gauge.label else [])
            for label, value in gauge.read().items():
                family.add_metric([label] if gauge.label else [], value)
            yield family


def write_metrics(gauges: Gauges) -> bytes:
    """Return all metrics in the text format."""
    looked_up = CollectorRegistry()
    looked_up.register(gauges)
    return generate_latest(REGISTRY) + generate_latest(looked_up)
