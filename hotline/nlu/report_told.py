"""The report as an official reads it. The words are in ``data/texts/nlu_report.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from feedback_store.defaults import read_yaml
from feedback_store.texts import has, render

WIDE, NARROW = 34, 12


def told(made: Mapping[str, Any], file: str) -> Iterator[str]:
    """Lines of text about the object that ``hotline nlu report --json`` prints of the set ``file``."""
    yield _say("title")
    yield _say("set", file=file, n=made["n"], wrong=made["wrong"])
    yield ""
    yield from _worst(made, file)
    yield ""
    yield _say("confusion_routes")
    yield from _confused(made["confusion"]["routes"])
    yield ""
    yield f"   {_say('confusion_groups')}"
    yield from _confused(made["confusion"]["groups"])
    yield ""
    yield _say("calibration")
    for name in ("routes", "categories"):
        yield from _calibrated(made["calibration"][name], name)
    yield ""
    yield _say("talks")
    yield from _talks(made["conversations"])


def _say(key: str, /, **params: object) -> str:
    return render(f"nlu_report.{key}", **params)


def _worst(made: Mapping[str, Any], file: str) -> Iterator[str]:
    yield _say("worst")
    if not made["worst"]:
        yield f"   {_say('worst_none')}"
        return
    counts = [_say("kind", kind=_say(f"kind_{name}"), count=count) for name, count in made["kinds"].items() if count]
    yield f"   {'; '.join(counts)}"
    for number, one in enumerate(made["worst"], 1):
        kind, text = _say(f"kind_{one['kind']}"), " ".join(one["text"].split())
        spelt = len(one["styles"])
        yield _say("lines" if spelt > 1 else "line", number=number, kind=kind, text=text, count=spelt)
        understood = name_of(one["understood"])
        if one["wanted"] == one["understood"]:  # an emergency that was seen, and the wrong number said
            understood = _say("number_missing", understood=understood)
        yield f"     {_say('wanted', wanted=name_of(one['wanted']), understood=understood, sure=_sure(one))}"
        for near in one["near"]:
            teaches = name_of(near["intent"]) + (f", {name_of(near['leaf'])}" if near["leaf"] else "")
            said = _say("near", like=_number(near["like"]), text=near["text"], teaches=teaches, file=near["file"])
            yield f"     {said}"
        if not one["near"]:
            yield f"     {_say('near_none')}"
    if left := made["wrong"] - sum(len(one["styles"]) for one in made["worst"]):
        yield f"   {_say('worst_more', count=left, file=file)}"


def _sure(one: Mapping[str, Any]) -> str:
    if one["sure"] is not None:
        return _say("sure", sure=_number(one["sure"]))
    return _say("sure_guard" if one["guard"] else "sure_none")


def _confused(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not found:
        yield f"   {_say('confusion_none')}"
        return
    yield f"   {_say('head_wanted'):<{WIDE}}{_say('head_understood'):<{WIDE}}{_say('head_count'):>{NARROW}}"
    for one in found:
        yield f"   {name_of(one['wanted']):<{WIDE}}{name_of(one['understood']):<{WIDE}}{one['n']:>{NARROW}}"


def _calibrated(made: Mapping[str, Any], name: str) -> Iterator[str]:
    yield f"   {_say(f'calibration_{name}', n=made['n'])}"
    heads = [_say(f"head_{one}") for one in ("bin", "count", "right", "rate")]
    yield "   " + "".join(f"{one:>{NARROW}}" for one in heads)
    for one in made["bins"]:
        rate = _number(one["right"] / one["n"]) if one["n"] else "-"
        bounds = f"{_bound(one['from'])}-{_bound(one['to'])}"
        yield "   " + "".join(f"{cell:>{NARROW}}" for cell in (bounds, one["n"], one["right"], rate))
    yield f"   {_say('error', error='-' if made['error'] is None else _number(made['error'], 3))}"


def _talks(found: Sequence[Mapping[str, Any]] | None) -> Iterator[str]:
    if found is None:
        yield f"   {_say('talks_how')}"
    elif not found:
        yield f"   {_say('talks_none')}"
    for one in found or ():
        yield f"   {_say('talk', id=one['id'], count=one['misses'])}"
        yield f"     {_say('talk_first', **one['first'])}"


def name_of(name: str) -> str:
    """A route, an aspect, a category or a group in words; "" is nothing; what has no name in words stays as it is."""
    if not name:
        return _say("nothing")
    key = f"nlu_report.name_{name}"
    return render(key) if has(key) else _categories().get(name, name)


@cache
def _categories() -> dict[str, str]:
    taxonomy = read_yaml("categories.yaml")
    return {one["code"]: str(one["name"]) for one in (*taxonomy["groups"], *taxonomy["leaves"])}


def _number(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _bound(value: float) -> str:
    return f"{value:g}".replace(".", ",")
