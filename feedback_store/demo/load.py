"""Fills an empty installation with a year of plausible sample data, all of it marked as sample."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from feedback_store.defaults import load_defaults, read_yaml
from feedback_store.demo.calls import log_calls
from feedback_store.demo.chats import Chats
from feedback_store.demo.photos import Photos
from feedback_store.demo.rows import Rows
from feedback_store.demo.story import Said, Story, new_ticket
from feedback_store.demo.world import OWN_KINDS, Place, Subject, World, load_places, load_world, taking_part
from feedback_store.domain.codes import make_code
from feedback_store.service import users
from feedback_store.service.actor import AGENCY_ROLES, ROLES, SYSTEM
from feedback_store.store import Store
from feedback_store.tables import Agency, Media, Procedure, Setting, Ticket
from feedback_store.texts import render
from vitext import fold
from vitext.dates import VIET_NAM

TICKETS = 5_000
DAYS = 365
BEHIND, BEHIND_AT_MOST = dt.timedelta(days=5), dt.timedelta(days=30)
_HOURS = (2, 1, 1, 1, 1, 3, 8, 16, 22, 22, 20, 16, 12, 12, 16, 18, 18, 18, 17, 18, 18, 14, 9, 5)
_NAME = ("family_names", "middle_names", "given_names")
_WET = {6: 3.0, 7: 3.5, 8: 3.5, 9: 3.0, 10: 1.6}
_HOT = {5: 2.0, 6: 3.0, 7: 2.6, 8: 1.8}


class DemoRefused(RuntimeError):
    """The database holds real tickets; the message is for the person at the terminal, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One console account of the demonstration. Its password stays: everyone who shows the program uses it."""

    role: str
    login: str
    password: str


def load_demo(store: Store, *, now: dt.datetime, seed: int = 1022, media_root: Path | None = None,
              tickets: int = TICKETS, province: str = "hai-phong") -> list[SignIn]:
    """Load the sample data once and give a sign-in for each role.

    Loading again changes nothing but the passwords of accounts that were never used, which are given
    again. ``media_root`` None: no photos. Raises :class:`DemoRefused` where a real ticket is stored.
    """
    with store.transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('hotline-demo'))"))
        if session.scalar(select(func.count()).select_from(Ticket).where(~Ticket.is_sample)):
            raise DemoRefused(render("demo.real_tickets"))
        if session.get(Setting, "sample_data") is not None:
            return _unused(session, now)
        load_defaults(session, now=now, province=province)
        session.add(Setting(key="sample_data", value={"on": True}, updated_at=now))
        return _load(session, now, random.Random(seed), media_root, tickets)


def _unused(session: Session, now: dt.datetime) -> list[SignIn]:
    given: list[SignIn] = []
    for role in ROLES:
        user = users.find(session, _login(role))
        if user is not None and user.last_sign_in_at is None:
            fresh = users.reset_password(session, user_id=user.id, actor=SYSTEM, now=now)
            given.append(SignIn(role, user.login, fresh.password))
    return given


def _login(role: str) -> str:
    return f"mau.{role}"


def _load(session: Session, now: dt.datetime, rng: random.Random, media_root: Path | None,
          wanted: int) -> list[SignIn]:
    places = load_places(session)
    agencies = taking_part(session, places)
    signs, operators, officers = _people(session, agencies, rng, now)
    world = load_world(session, now=now, rng=rng, places=places, agencies=agencies, operators=operators,
                       officers=officers, behind=_behind(wanted))
    rows = Rows(session)
    chats = Chats(world, rows, Photos(media_root, rng, now=now))
    codes = _codes(rng, wanted)
    stories = [_story(chats, next(codes), receipt) for receipt in _receipts(rng, now, wanted)]
    files = _evidence(rows)
    for story, opening in stories:
        if story.chat is not None:
            chats.write(story.chat, [*opening, *story.said], story=story, files=files)
    _small_chats(session, chats, wanted)
    rows.write()
    log_calls(session, [entry for story, _ in stories for entry in story.calls.logged])
    return signs


def _behind(wanted: int) -> dt.timedelta:
    """So long that some calls and some overdue work are open, however few the tickets."""
    return min(max(BEHIND * TICKETS / wanted, BEHIND), BEHIND_AT_MOST)


def _people(session: Session, agencies: Sequence[Agency], rng: random.Random,
            now: dt.datetime) -> tuple[list[SignIn], list[int], dict[int, int]]:
    """One account per role to sign in with, and an officer of every agency as the author of its results."""
    names = list(read_yaml("demo/places.yaml")["officer_names"])
    rng.shuffle(names)
    chosen = next(agency for agency in agencies if agency.kind == "ubnd-xa")

    def make(login: str, name: str, role: str, agency: Agency | None) -> users.OneTimePassword:
        return users.create_user(session, login=login, name=name, role=role, agency_id=agency.id if agency else None,
                                 password=users.new_password(), actor=SYSTEM, now=now, is_sample=True)

    made = {role: make(_login(role), names.pop(), role, chosen if role in AGENCY_ROLES else None) for role in ROLES}
    officers = {chosen.id: made["officer"].user_id}
    for number, agency in enumerate(one for one in agencies if one.id != chosen.id):
        officers[agency.id] = make(f"mau.{agency.code}", names[number % len(names)], "officer", agency).user_id
    signs = [SignIn(role, one.login, one.password) for role, one in made.items()]
    return signs, [made["operator"].user_id, made["supervisor"].user_id], officers


def _codes(rng: random.Random, count: int) -> Iterator[str]:
    """Ticket codes that differ from each other."""
    return iter(dict.fromkeys(make_code(rng.randrange) for _ in range(count + 200)))


def _receipts(rng: random.Random, now: dt.datetime, count: int) -> list[dt.datetime]:
    """Instants of filing over the year: more and more, fewer at weekends, most by day."""
    first = now.astimezone(VIET_NAM).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=DAYS)
    days = [first + dt.timedelta(days=number) for number in range(DAYS + 1)]
    weights = [(0.75 + 0.5 * number / DAYS) * (0.65 if day.weekday() >= 5 else 1.0) * _WET.get(day.month, 2.0) ** 0.3
               for number, day in enumerate(days)]
    found: list[dt.datetime] = []
    while len(found) < count:
        day = rng.choices(days, weights)[0]
        hour = rng.choices(range(24), _HOURS)[0]
        at = day + dt.timedelta(hours=hour, seconds=rng.randrange(3600))
        if at < now - dt.timedelta(minutes=2):
            found.append(at.astimezone(dt.UTC))
    return sorted(found)


def _subject(world: World, month: int) -> Subject:
    def weight(subject: Subject) -> float:
        if subject.code in ("thoat-nuoc.nghet-ngap", "cay-xanh.nga-do", "thoat-nuoc.trieu-cuong"):
            return subject.weight * _WET.get(month, 1.0)
        if subject.code in ("dien-chieu-sang.mat-dien", "cap-nuoc.mat-nuoc"):
            return subject.weight * _HOT.get(month, 1.0)
        return subject.weight

    return world.rng.choices(world.subjects, [weight(one) for one in world.subjects])[0]


def _place(world: World, subject: Subject) -> Place:
    fitting = [one for one in world.places if one.home or subject.agency_kind not in OWN_KINDS]
    return world.rng.choices(fitting, [one.weight for one in fitting])[0]


def _story(chats: Chats, code: str, receipt: dt.datetime) -> tuple[Story, list[Said]]:
    """A report with who sent it and how, played up to now; and the chat that led to it."""
    world, rows, rng = chats.world, chats.rows, chats.world.rng
    subject = _subject(world, receipt.astimezone(VIET_NAM).month)
    place = _place(world, subject)
    filled = {"street": rng.choice(place.streets), "house": rng.randint(3, 380), "lane": rng.randint(2, 190),
              "commune": place.commune.name}
    words = str(rng.choice(subject.reports)).format(**filled)
    if rng.random() < 0.2:
        words = fold(words)
    channel = rng.choices(("web", "telegram", "phone"), (62, 14, 24))[0]
    anonymous = channel != "phone" and rng.random() < 0.12
    name = None if anonymous else " ".join(rng.choice(world.names[part]) for part in _NAME)
    phone = None if anonymous or (channel != "phone" and rng.random() < 0.45) else _phone(rng)
    chat = None if channel == "phone" else chats.open(channel, receipt - dt.timedelta(minutes=4), name=name,
                                                      phone=phone)
    pin: dict[str, Any] = {}
    if channel != "phone" and rng.random() < 0.4 and place.commune.lat is not None and place.commune.lon is not None:
        pin = {"lat": place.commune.lat + rng.uniform(-0.004, 0.004),
               "lon": place.commune.lon + rng.uniform(-0.004, 0.004)}
    ticket = new_ticket(
        rows, code=code, subject=subject, place=place, text=words, receipt=receipt, channel=channel,
        place_text=f"{filled['house']} {filled['street']}, {place.commune.name}",
        conversation_id=chat.id if chat else None, contact_id=chat.contact_id if chat else None,
        entered_by=rng.choice(world.operators) if channel == "phone" else None, anonymous=anonymous,
        reporter_name=name if phone else None, reporter_phone=phone, **pin,
    )
    story = Story(world, rows, chats.photos, ticket, subject, place, filled, chat)
    opening = chats.before_filing(story) if chat else []
    story.play()
    return story, opening


def _phone(rng: random.Random) -> str:
    """Ten digits that no network of Viet Nam gives out (010 is no mobile prefix)."""
    return f"010{rng.randrange(10**7):07d}"


def _evidence(rows: Rows) -> dict[int, list[uuid.UUID]]:
    """Media of each leg's result."""
    found: dict[int, list[uuid.UUID]] = {}
    for media in rows.of(Media):
        if media.leg_id is not None:
            found.setdefault(media.leg_id, []).append(media.id)
    return found


def _small_chats(session: Session, chats: Chats, wanted: int) -> None:
    """Questions about procedures, call-backs and emergencies, in proportion to the tickets."""
    rng, now = chats.world.rng, chats.world.now
    records = list(session.scalars(select(Procedure).where(Procedure.active).order_by(Procedure.id)))
    for at in _receipts(rng, now, wanted // 10):
        chats.about_procedure(rng.choice(records), at)
    for at in _receipts(rng, now, max(3, wanted // 100)):
        chats.call_back(at, _phone(rng), done=at < now - dt.timedelta(days=2))
    for at in _receipts(rng, now, max(1, wanted // 400)):
        chats.emergency(at, done=True)
    for minutes in (25, 70):
        chats.call_back(now - dt.timedelta(minutes=minutes), _phone(rng), done=False)
    chats.emergency(now - dt.timedelta(minutes=12), done=False)
