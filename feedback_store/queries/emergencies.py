"""Reads of the emergency list: true counts, sources in order, threads with words, place, phone and photos."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from feedback_store.places.reading import OF_A_PLACE, read_place
from feedback_store.queries import lookups
from feedback_store.reading.phones import numbers_in
from feedback_store.tables import Contact, Conversation, Draft, EmergencyCall, InboundEvent, Media, Ticket

SOURCES = 20
FULL = 3
"""Threads of one source shown with all they say; the rest stand on the source's own page."""
THREADS = 50
BUSY = 10
"""A source with more open calls than these stands below the quiet ones that nobody has seen either."""
WORDS = 5
SCENE_GUARDS = ("emergency", "emergency_goes_on", "emergency_over")
"""Who answered the messages of a scene: the guard, and what answers while a danger goes on."""
READ_BACK = 40
"""Messages of a chat that are looked through for place and phone."""

_OPEN = EmergencyCall.closed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open: calls, senders, calls nobody has seen; the newest one, unseen if any is."""

    calls: int
    sources: int
    unseen: int
    kind: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a chat tells of the danger beside its words. ``phones``: in national form, the likeliest first;
    ``own_phone``: the one the citizen gave as theirs."""

    place_text: str | None
    commune_code: str | None
    commune: str | None
    lat: float | None
    lon: float | None
    own_phone: str | None
    phones: Sequence[str]
    photos: Sequence[Media]


@dataclass(frozen=True, slots=True)
class Thread:
    """Open calls of one conversation. ``count``: messages of the scene; ``words``: (when, what was written) of the
    shown page of them, newest first, the same words once; ``ticket_id``: the report it became."""

    last: EmergencyCall
    count: int
    unseen: int
    first_at: dt.datetime
    ticket_id: int | None
    words: Sequence[tuple[dt.datetime, str]]
    known: Knowledge | None


@dataclass(frozen=True, slots=True)
class Source:
    """One sender: an address or a conversation. ``kinds``: (kind, count), the most frequent last."""

    key: str
    last_id: int
    calls: int
    unseen: int
    first_at: dt.datetime
    last_at: dt.datetime
    conversations: int
    kinds: Sequence[tuple[str, int]]
    threads: Sequence[Thread]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list; ``rows`` are sources or threads, ``total`` counts those of all pages."""

    rows: Sequence[Any]
    page: int
    pages: int
    total: int


def standing(session: Session) -> Standing | None:
    """The counts of the header; None where nothing is open."""
    unseen = EmergencyCall.seen_at.is_(None)
    query = select(
        func.count(), func.count(func.distinct(EmergencyCall.source)), func.count().filter(unseen)
    ).where(_OPEN)
    calls, sources, fresh = session.execute(query).one()
    if not calls:
        return None
    newest = session.scalars(
        select(EmergencyCall).where(_OPEN).order_by(unseen.desc(), EmergencyCall.id.desc()).limit(1)
    ).one()
    return Standing(calls, sources, fresh, newest.kind, newest.answered_at)


def _unseen_at(asked_at: dt.datetime) -> ColumnElement[bool]:
    """Nobody had seen it when the list was opened: turning pages does not shuffle them."""
    return EmergencyCall.seen_at.is_(None) | (EmergencyCall.seen_at >= asked_at)


def sources(session: Session, *, asked_at: dt.datetime, page: int = 1, taken_by: int | None = None) -> Listed:
    """Senders with open calls up to ``asked_at``: unseen ones first, of these the quiet ones; then the newest."""
    unseen = _unseen_at(asked_at)
    fresh = func.count().filter(unseen)
    newest = func.max(EmergencyCall.id)
    listed = select(EmergencyCall.source).where(_OPEN, EmergencyCall.answered_at <= asked_at)
    if taken_by is not None:
        listed = listed.where(EmergencyCall.taken_by == taken_by)
    total = session.scalar(select(func.count(func.distinct(listed.subquery().c.source)))) or 0
    page, pages = _within(page, total, SOURCES)
    query = (
        listed.group_by(EmergencyCall.source)
        .order_by((fresh > 0).desc(), ((fresh > 0) & (func.count() > BUSY)), newest.desc())
        .limit(SOURCES)
        .offset((page - 1) * SOURCES)
    )
    keys = list(session.scalars(query))
    return Listed([_source(session, key, asked_at) for key in keys], page, pages, total)


def _source(session: Session, key: str, asked_at: dt.datetime) -> Source:
    here = (_OPEN, EmergencyCall.source == key, EmergencyCall.answered_at <= asked_at)
    counts = session.execute(
        select(
            func.max(EmergencyCall.id),
            func.count(),
            func.count().filter(_unseen_at(asked_at)),
            func.min(EmergencyCall.answered_at),
            func.max(EmergencyCall.answered_at),
            func.count(func.distinct(EmergencyCall.conversation_id)),
        ).where(*here)
    ).one()
    kinds = session.execute(
        select(EmergencyCall.kind, func.count()).where(*here).group_by(EmergencyCall.kind).order_by(func.count())
    ).all()
    shown = _threads(session, _lasts(key, asked_at).limit(FULL), full=True)
    return Source(key, *counts, kinds=[(kind, count) for kind, count in kinds], threads=shown)


def _lasts(key: str, asked_at: dt.datetime) -> Select[int]:
    """The last open call of each conversation of a source, unseen ones first."""
    last = func.max(EmergencyCall.id)
    return (
        select(last)
        .where(_OPEN, EmergencyCall.source == key, EmergencyCall.answered_at <= asked_at)
        .group_by(EmergencyCall.conversation_id)
        .order_by((func.count().filter(_unseen_at(asked_at)) > 0).desc(), last.desc())
    )


def threads_of(session: Session, *, key: str, asked_at: dt.datetime, page: int = 1) -> Listed:
    """All conversations of one source, their words in a line or two each."""
    lasts = _lasts(key, asked_at)
    total = session.scalar(select(func.count()).select_from(lasts.order_by(None).subquery())) or 0
    page, pages = _within(page, total, THREADS)
    rows = _threads(session, lasts.limit(THREADS).offset((page - 1) * THREADS), full=False)
    return Listed(rows, page, pages, total)


def _within(page: int, total: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-total // size))
    return min(max(1, page), pages), pages


def _threads(session: Session, lasts: Select[int], *, full: bool) -> list[Thread]:
    return [one for last in session.scalars(lasts) if (one := thread(session, last, full=full)) is not None]


def thread(
    session: Session, call_id: int, *, full: bool = True, most: int = WORDS, page: int = 1
) -> Thread | None:
    """The open calls of a conversation up to ``call_id``, or that call alone once it was closed.

    What was written while the danger went on is of the scene, too. ``most``: messages a page; ``full``: with what the
    chat tells beside their words.
    """
    last = session.get(EmergencyCall, call_id)
    if last is None:
        return None
    here = EmergencyCall.id == last.id
    if last.closed_at is None:
        here = (EmergencyCall.conversation_id == last.conversation_id) & (EmergencyCall.id <= last.id) & _OPEN
    unseen, first_at, ticket_id, first_event = session.execute(
        select(
            func.count().filter(EmergencyCall.seen_at.is_(None)),
            func.min(EmergencyCall.answered_at),
            func.max(EmergencyCall.ticket_id),
            func.min(EmergencyCall.event_id),
        ).where(here)
    ).one()
    written = _of_scene(session, last, here, first_event)
    count = session.scalar(select(func.count()).select_from(written.subquery())) or 0
    page, _ = _within(page, count, most)
    rows = session.scalars(
        select(InboundEvent)
        .where(InboundEvent.id.in_(written))
        .order_by(InboundEvent.id.desc())
        .limit(most)
        .offset((page - 1) * most)
    ).all()
    words: dict[str, dt.datetime] = {}
    for event in rows:
        words.setdefault(_words(event), event.received_at)
    if len(words) > 1:
        words.pop("", None)  # a pin or a picture, shown as such
    known = knowledge(session, session.get_one(Conversation, last.conversation_id)) if full else None
    return Thread(last, count, unseen, first_at, ticket_id, [(at, text) for text, at in words.items()], known)


def _of_scene(
    session: Session, last: EmergencyCall, calls: ColumnElement[bool], first_event: int
) -> Select[int]:
    """The events of these calls, and those that came in the same danger until the next call."""
    later = session.scalar(
        select(func.min(EmergencyCall.event_id)).where(
            EmergencyCall.conversation_id == last.conversation_id, EmergencyCall.id > last.id
        )
    )
    joined = (
        (InboundEvent.conversation_id == last.conversation_id)
        & (InboundEvent.id >= first_event)
        & InboundEvent.guard.in_(SCENE_GUARDS)
    )
    if later is not None:
        joined &= InboundEvent.id < later
    return select(InboundEvent.id).where(joined | InboundEvent.id.in_(select(EmergencyCall.event_id).where(calls)))


def page_of(shown: Thread, page: int) -> Listed:
    """Where in the thread's messages a card of THREADS of them stands."""
    page, pages = _within(page, shown.count, THREADS)
    return Listed(shown.words, page, pages, shown.count)


def report_code(session: Session, shown: Thread) -> str | None:
    """The code of the report that the thread became."""
    return session.get_one(Ticket, shown.ticket_id).code if shown.ticket_id is not None else None


def report_words(session: Session, call_id: int) -> str:
    """What the thread's alerts say, each sentence once and in order: the text of a report made of it."""
    alerts = thread(session, call_id, full=False, most=THREADS)
    if alerts is None:
        return ""
    return "\n".join(dict.fromkeys(words for _, words in reversed(alerts.words) if words))


def _words(event: InboundEvent) -> str:
    body = event.body or {}
    return "" if event.sealed else str(body.get("text") or body.get("caption") or "").strip()


def knowledge(session: Session, conversation: Conversation) -> Knowledge:
    """Place, phone and photos: the newest place in the words since the danger was told, else that of the report being
    written or written last; the pins and the words of the chat."""
    drafted = session.scalars(
        select(Draft)
        .where(Draft.conversation_id == conversation.id, Draft.state.in_(("open", "filed")))
        .order_by(Draft.id.desc())
        .limit(1)
    ).one_or_none()
    data: dict[str, Any] = (drafted.data if drafted is not None else None) or {}
    events = session.scalars(
        select(InboundEvent)
        .where(InboundEvent.conversation_id == conversation.id, InboundEvent.sealed.is_(False))
        .order_by(InboundEvent.id.desc())
        .limit(READ_BACK)
    ).all()
    pin = next((place for event in events if (place := (event.body or {}).get("location"))), None)
    lat, lon = pin or (data.get("lat"), data.get("lon"))
    own_phone = data.get("phone") or _phone_of_contact(session, conversation)
    texts = [words for event in events if (words := _words(event))]
    began = session.scalar(
        select(func.min(EmergencyCall.event_id)).where(EmergencyCall.conversation_id == conversation.id, _OPEN)
    )
    told = [_words(event) for event in events if began is not None and event.id >= began]
    named, drafted_place = _place_in(session, told), data.get("place_text") or ""
    place = drafted_place if named is None or named in drafted_place else named
    commune_code = _commune_in(session, [place]) or data.get("commune") or _commune_in(session, texts)
    commune = lookups.gazetteer(session).communes.get(commune_code) if commune_code else None
    return Knowledge(
        place or None,
        commune_code,
        commune.name if commune else None,
        lat,
        lon,
        own_phone,
        _phones(own_phone, texts),
        _photos(session, conversation.id),
    )


def _place_in(session: Session, texts: Sequence[str]) -> str | None:
    """The place that the newest of these texts names."""
    places = lookups.gazetteer(session)
    read = (read_place(words, places) for words in texts)
    return next((one.words for one in read if one is not None and one.weight >= OF_A_PLACE), None)


def _commune_in(session: Session, texts: Sequence[str]) -> str | None:
    """The commune the newest of these texts names; None where it could be several."""
    places = lookups.gazetteer(session)
    for words in texts:
        named = places.find(words) if words else None
        if named is not None and named.sure is not None:
            return named.sure.code
    return None


def _phone_of_contact(session: Session, conversation: Conversation) -> str | None:
    contact = session.get(Contact, conversation.contact_id) if conversation.contact_id else None
    return contact.phone if contact else None


def _phones(own: str | None, texts: Sequence[str]) -> list[str]:
    written = [number for words in texts for number in numbers_in(words)]
    return list(dict.fromkeys(number for number in [own, *written] if number))


def _photos(session: Session, conversation_id: uuid.UUID) -> Sequence[Media]:
    query = select(Media).where(
        Media.conversation_id == conversation_id, Media.status == "stored", Media.sealed.is_(False)
    )
    return session.scalars(query.order_by(Media.created_at.desc()).limit(8)).all()
