"""The figures of a judged set as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def told(made: Mapping[str, Any], beside: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Lines of text. ``beside``: the figures of a baseline on the same lines."""
    yield f"{made['n']} lines"
    yield ""
    yield f"route                 {percent(made['route']['accuracy'])}"
    if made["styles"]:
        yield ""
        yield f"{'style':<22}{'n':>6}{'right':>9}"
        for name, one in made["styles"].items():
            yield f"{name:<22}{one['n']:>6}{percent(one['accuracy']):>9}"
    yield ""
    other = beside["route"]["per_route"] if beside else {}
    heading = f"{'stock recall':>14}{'precision':>11}" if other else ""
    yield f"{'route':<22}{'n':>6}{'recall':>9}{'precision':>11}{heading}"
    for name, one in made["route"]["per_route"].items():
        stock = other.get(name)
        more = f"{percent(stock['recall']):>14}{percent(stock['precision']):>11}" if stock else ""
        yield f"{name:<22}{one['n']:>6}{percent(one['recall']):>9}{percent(one['precision']):>11}{more}"
    yield ""
    yield from _others(made)
    if beside is not None:
        yield ""
        yield from _stock(beside)


def _others(made: Mapping[str, Any]) -> Iterator[str]:
    aspect, category, place = made["aspect"], made["category"], made["place"]
    emergency, multi, latency = made["emergency"], made["multi"], made["latency_ms"]
    yield f"aspect     {percent(aspect['accuracy'])} of {aspect['n']}"
    yield (f"category   first {percent(category['top1'])}, in the first three {percent(category['top3'])}, "
           f"group {percent(category['group'])} of {category['n']}")  # fmt: skip
    yield f"place      exact {percent(place['exact'])}, F1 of syllables {percent(place['overlap_f1'])} of {place['n']}"
    yield f"emergency  recall {percent(emergency['recall'])}, false alarms {percent(emergency['false_alarm_rate'], 2)}"
    yield (f"multi      parts: recall {percent(multi['part_recall'])}, precision {percent(multi['part_precision'])} "
           f"of {multi['n']} lines")  # fmt: skip
    yield f"engine     p50 {milliseconds(latency['p50'])}, p95 {milliseconds(latency['p95'])}"


def _stock(beside: Mapping[str, Any]) -> Iterator[str]:
    latency = beside["latency_ms"]
    yield (f"stock Rasa, by intent alone: route {percent(beside['route']['accuracy'])}, "
           f"p50 {milliseconds(latency['p50'])}, p95 {milliseconds(latency['p95'])}; "
           f"trained on {beside['sentences']} of {beside['sentences_of']} sentences")  # fmt: skip


def percent(rate: float | None, digits: int = 1) -> str:
    return "-" if rate is None else f"{100 * rate:.{digits}f} %"


def milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} ms"
