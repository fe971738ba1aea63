"""Everything that the program reads in a text, for ``hotline read``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from feedback_store.domain.codes import codes_in
from feedback_store.places.country import country, province_named
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.reading import PlaceRead, read_place
from feedback_store.reading import phones
from feedback_store.reading.dossiers import dossiers_in
from feedback_store.reading.papers import papers_in
from hotline.settings import Settings
from vitext.dates import VIET_NAM
from vitext.times import Wish, read_time


def installation(slug: str) -> Gazetteer:
    """Places as a fresh installation of a province reads them. Raises ``FileNotFoundError``."""
    of = province_named(slug)
    return Gazetteer(country().communes_of(of.code), country().old_of(of.code), country())


def reads_in(province: str, now: str) -> tuple[Gazetteer, dt.datetime]:
    """Places of a province ("": of the settings) and the moment of an ISO time ("": now). Raises ``ValueError`` for a
    time that is none, ``FileNotFoundError`` for a province that is none."""
    moment = dt.datetime.fromisoformat(now) if now else dt.datetime.now(dt.timezone.utc)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=VIET_NAM)
    return installation(province or Settings().province), moment


def readings(text: str, places: Gazetteer, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Phones (E.164), codes, identity numbers, a time (interval), a place (commune code or the choices); each with
    ``start`` and ``end`` in the text."""
    papers = papers_in(text)
    for number in phones.read(text):
        if any(one.start < number.end and number.start < one.end for one in papers):
            continue
        span = {"start": number.start, "end": number.end}
        if isinstance(number, phones.Phone):
            yield {"kind": "phone", **span, "value": number.e164, "of": number.kind, "extension": number.extension}
        else:
            yield {"kind": "phone", **span, "value": None, "digits": number.digits}
    for start, end, typed in codes_in(text):
        yield {"kind": "ticket code", "start": start, "end": end, "value": typed.code, "digits": typed.digits}
    for dossier in dossiers_in(text):
        yield {"kind": "dossier code", "start": dossier.start, "end": dossier.end, "value": dossier.code}
    for one in papers:
        yield {"kind": one.kind, "start": one.start, "end": one.end, "value": one.digits}
    read = read_place(text, places)
    rest = text
    for start, end in read.spans if read is not None else ():
        rest = rest[:start] + " " * (end - start) + rest[end:]  # "đường 30/4" is no date
    yield from _time(rest, now)
    if read is not None:
        yield _place(read)


def _time(text: str, now: dt.datetime) -> Iterator[dict[str, Any]]:
    found = read_time(text, now)
    if found is None:
        return
    span = {"start": found.span[0], "end": found.span[1]}
    if isinstance(found, Wish):
        low, high = (at.astimezone(VIET_NAM).isoformat() for at in (found.start, found.end))
        yield {"kind": "time", **span, "value": low, "end_at": high, "assumed": sorted(found.assumed)}
    else:
        yield {"kind": "time", **span, "value": None, "unclear": found.why}


def _place(read: PlaceRead) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": "place", "start": read.start, "end": read.end, "value": read.words}
    made["parts"] = sorted(read.kinds)
    if (found := read.found) is not None:
        sure = found.sure
        made["commune"] = sure.code if sure is not None else None
        made["choices"] = [] if sure is not None else [one.code for one in found.communes]
        made["old"], made["contradicts"] = found.old_name, found.contradicts
        made["elsewhere"] = [f"{one.name}, {one.province.name}" for one in found.elsewhere]
    made["unknown"] = read.unknown
    return made
