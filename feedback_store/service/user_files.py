"""Users in bulk from a spreadsheet: preview, then the whole in one transaction or nothing.

The rows wait in ``user_files`` between the two, so any web process can go on, and are emptied when they
are applied. What each row will do is worked out again inside the transaction; if it is no longer what was
shown, nothing is done and the new preview is shown. One-time passwords exist in the answer alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_store.queries.lookups import gazetteer
from feedback_store.reading.titles import NameIndex, name_key
from feedback_store.service import audit, passwords, users
from feedback_store.service.actor import AGENCY_ROLES, Actor, Refused, Role
from feedback_store.service.editing import administrators_only
from feedback_store.spreadsheets import Limits, Row, Table, heading_key, odd_text, read_table
from feedback_store.tables import Agency, User, UserFile
from feedback_store.texts import render
from vitext import fold

Outcome: TypeAlias = Literal["created", "changed", "unchanged", "refused"]
LIMITS = Limits(size=2_000_000, unpacked=50_000_000, rows=2_000, columns=30)
KEPT = dt.timedelta(days=1)
"""So long an uploaded file waits for its confirmation."""
BULK_ROLES: tuple[Role, ...] = ("operator", "supervisor", "officer", "leader", "manager")
"""Administrators are made one at a time, on the page of users."""
COLUMNS = ("login", "name", "role", "agency")
EXAMPLE_LOGIN = "vidu.canbo"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one row will do. ``reason`` says why it is refused, or what changes."""

    row: Row
    outcome: Outcome
    login: str
    name: str
    role: str
    agency_id: int | None
    agency: str
    reason: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    id: uuid.UUID
    table: Table
    plans: list[Plan]
    applied_at: dt.datetime | None

    @property
    def counts(self) -> Counter[str]:
        return Counter(plan.outcome for plan in self.plans)

    @property
    def digest(self) -> str:
        """The same for the same outcome of every row."""
        told = [[p.row.number, p.outcome, p.login, p.name, p.role, p.agency_id, p.reason] for p in self.plans]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NewAccount:
    login: str
    name: str
    role: str
    agency: str
    password: str


class PreviewChanged(Refused):
    """Accounts or agencies changed since the preview was shown; nothing was done."""


def titles() -> dict[str, str]:
    """Key → heading of the file."""
    return {key: render(f"user_files.column_{key}") for key in COLUMNS}


def role_name(role: str) -> str:
    return render(f"console.role_{role}")


def keep(session: Session, *, data: bytes, actor: Actor, now: dt.datetime) -> uuid.UUID:
    """Read the file and keep its rows for the preview. Raises ``SpreadsheetError``."""
    administrators_only(actor)
    table = read_table(data, LIMITS, [heading_key(title) for title in titles().values()])
    table.need(titles().values())
    if not table.rows:
        raise Refused("spreadsheets.empty")
    session.execute(delete(UserFile).where(UserFile.created_at < now - KEPT))
    rows = [
        [row.number, row.surplus, [str(value) for value in row.values], _faults(table, row)] for row in table.rows
    ]
    content: dict[str, Any] = {"header": list(table.header), "rows": rows}
    made = UserFile(id=uuid.uuid4(), content=content, created_at=now, created_by=actor.user_id)
    session.add(made)
    session.flush()
    return made.id


def preview(session: Session, *, file_id: uuid.UUID, actor: Actor) -> Preview:
    """What every row of a kept file would do now. Raises ``Refused`` for an unknown or foreign file."""
    administrators_only(actor)
    kept = session.get(UserFile, file_id)
    if kept is None or kept.created_by != actor.user_id:
        raise Refused("user_files.unknown")
    return _preview(session, kept)


def _preview(session: Session, kept: UserFile) -> Preview:
    content = kept.content
    stored = content.get("rows", ())
    rows = tuple(Row(one[0], tuple(one[2]), one[1]) for one in stored)
    faults = {one[0]: one[3] for one in stored if len(one) > 3 and one[3]}
    table = Table(tuple(content.get("header", ())), rows)
    return Preview(kept.id, table, _Planner(session, table, faults).plans(), kept.applied_at)


def _faults(table: Table, row: Row) -> list[str]:
    """Why a row cannot be taken as it stands: cells that are no plain text, a row that is hidden."""
    told = [render("imports.hidden_row")] if row.hidden else []
    for name, value in zip(table.header, row.values, strict=True):
        if name and (odd := odd_text(value)) is not None:
            told.append(render("imports.in_column", column=name, reason=render(odd[0], value=odd[1])))
    return told


def passwords_for(plans: Sequence[Plan]) -> dict[str, tuple[str, str]]:
    """Login → a one-time password and its hash, for the accounts to be made.

    argon2 leaves the interpreter free, so threads use every core; it runs before any transaction begins.
    """
    logins = [plan.login for plan in plans if plan.outcome == "created"]
    secrets = [users.new_password() for _ in logins]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        hashes = list(pool.map(passwords.PASSWORDS.hash, secrets))
    return dict(zip(logins, zip(secrets, hashes, strict=True), strict=True))


def apply(
    session: Session,
    *,
    file_id: uuid.UUID,
    digest: str,
    passwords: dict[str, tuple[str, str]],
    actor: Actor,
    now: dt.datetime,
) -> list[NewAccount]:
    """Create and change as previewed, all or nothing; gives the new accounts with their one-time passwords.

    Raises :class:`PreviewChanged` where the preview is no longer true, ``Refused`` for a file applied already.
    """
    administrators_only(actor)
    kept = session.get(UserFile, file_id, with_for_update=True)
    if kept is None or kept.created_by != actor.user_id:
        raise Refused("user_files.unknown")
    if kept.applied_at is not None:
        raise Refused("user_files.applied_already")
    found = _preview(session, kept)
    created = [plan for plan in found.plans if plan.outcome == "created"]
    if found.digest != digest or any(plan.login not in passwords for plan in created):
        raise PreviewChanged("user_files.changed_meanwhile")
    for plan in created:
        _create(session, plan, passwords[plan.login][1], actor, now)
    for plan in found.plans:
        if plan.outcome == "changed" and plan.user_id is not None:
            users.edit_user(session, user_id=plan.user_id, name=plan.name, role=plan.role, agency_id=plan.agency_id,
                            actor=actor, now=now)  # fmt: skip
    kept.applied_at, kept.content = now, {}
    audit.log(session, action="users_from_file", user_id=actor.user_id, data=dict(found.counts), now=now)
    session.flush()
    return [NewAccount(p.login, p.name, p.role, p.agency, passwords[p.login][0]) for p in created]


def _create(session: Session, plan: Plan, password_hash: str, actor: Actor, now: dt.datetime) -> None:
    user = User(
        login=plan.login, name=plan.name, role=plan.role, agency_id=plan.agency_id, password_hash=password_hash,
        must_change_password=True, created_at=now, created_by=actor.user_id,
    )  # fmt: skip
    session.add(user)
    session.flush()
    audit.log(session, action="user_created", user_id=actor.user_id, subject=f"user:{user.id}",
              data={"role": plan.role, "agency": plan.agency_id}, now=now)  # fmt: skip


class _Planner:
    """Works out the rows of one table against the users and agencies there are."""

    def __init__(self, session: Session, table: Table, faults: Mapping[int, Sequence[str]]) -> None:
        self.table, self.faults = table, faults
        self.columns = titles()
        self.agencies = {row.id: row for row in session.scalars(select(Agency))}
        self.by_code = {row.code: row for row in self.agencies.values()}
        province = gazetteer(session).province
        of = province.short if province is not None else ""
        self.names = NameIndex(((row.id, row.name) for row in self.agencies.values()), of)
        self.roles = {name_key(role_name(role)): role for role in BULK_ROLES}
        self.cells = [self._cells(row) for row in table.rows]
        self.rows_of: dict[str, list[int]] = {}
        for row, cells in zip(table.rows, self.cells, strict=True):
            self.rows_of.setdefault(cells["login"], []).append(row.number)
        found = select(User).where(User.login.in_(list(self.rows_of)))
        self.users = {user.login: user for user in session.scalars(found)}

    def plans(self) -> list[Plan]:
        return [self._plan(row, cells) for row, cells in zip(self.table.rows, self.cells, strict=True)]

    def _cells(self, row: Row) -> dict[str, str]:
        found = {key: " ".join(str(value).split()) for key, value in self.table.values(row, self.columns).items()}
        return {**found, "login": found["login"].lower()}

    def _plan(self, row: Row, cells: dict[str, str]) -> Plan:
        login, name, role, agency_id, agency = cells["login"], cells["name"], cells["role"], None, cells["agency"]
        if faults := self.faults.get(row.number):
            return Plan(row, "refused", login, name, role, None, agency, " ".join(f"{one}." for one in faults))
        try:
            self._check_login(row, login, name)
            role = self._role(cells["role"])
            found = self._agency(agency) if role in AGENCY_ROLES else None
            if found is not None:
                agency_id, agency = found.id, found.name
            elif agency:
                raise Refused("user_files.agency_without_need", role=role_name(role))
            known = self.users.get(login)
            if known is None:
                return Plan(row, "created", login, name, role, agency_id, agency)
            changes = self._changes(known, name, role, agency_id)
        except Refused as refused:
            return Plan(row, "refused", login, name, role, None, agency, render(refused.key, **refused.params))
        outcome: Outcome = "changed" if changes else "unchanged"
        return Plan(row, outcome, login, name, role, agency_id, agency, changes, known.id)

    def _check_login(self, row: Row, login: str, name: str) -> None:
        if row.surplus:
            raise Refused("user_files.surplus")
        if login == EXAMPLE_LOGIN:
            raise Refused("user_files.example")
        if not users.LOGIN.fullmatch(login):
            raise Refused("users.bad_login")
        others = [str(number) for number in self.rows_of[login] if number != row.number]
        if others:
            raise Refused("user_files.twice", rows=", ".join(others))
        if not name:
            raise Refused("users.name_needed")

    def _role(self, said: str) -> Role:
        role = self.roles.get(name_key(said))
        if role is not None:
            return role
        if name_key(said) == name_key(role_name("administrator")):
            raise Refused("user_files.no_administrators")
        raise Refused("user_files.bad_role", role=said or "…", roles=", ".join(role_name(one) for one in BULK_ROLES))

    def _agency(self, said: str) -> Agency:
        if not said:
            raise Refused("users.agency_needed")
        gone = [one.id for one in self.agencies.values() if one.dissolved_at is not None]
        coded = self.by_code.get(said)
        named = [coded] if coded is not None else [self.agencies[one] for one in self.names.find(said, gone)]
        if len(named) > 1:
            raise Refused("user_files.agency_ambiguous", agency=said, codes=", ".join(one.code for one in named))
        if not named:
            near = ", ".join(f"“{self.names.name(one)}”" for one in self.names.near(said, 3))
            raise Refused("user_files.agency_unknown_near" if near else "user_files.agency_unknown", agency=said,
                          near=near)  # fmt: skip
        found = named[0]
        if found.dissolved_at is not None:
            heir = self.agencies[found.successor_id].name if found.successor_id else "…"
            raise Refused("user_files.agency_dissolved", agency=found.name, successor=heir)
        return found

    def _changes(self, known: User, name: str, role: str, agency_id: int | None) -> str:
        """What would differ, in words; empty where nothing does."""
        if fold(known.name) != fold(name):
            raise Refused("user_files.login_of_another", login=known.login, name=known.name)
        if known.disabled_at is not None:
            raise Refused("user_files.disabled")
        if known.role == "administrator":
            raise Refused("user_files.no_administrators")
        before = self.agencies[known.agency_id].name if known.agency_id else render("user_files.no_agency")
        after = self.agencies[agency_id].name if agency_id else render("user_files.no_agency")
        said = [(known.name, name), (role_name(known.role), role_name(role)), (before, after)]
        return "; ".join(f"{old} → {new}" for old, new in said if old != new)
