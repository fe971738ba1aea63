"""A phone call entered as a report: receipt is the moment the form was opened (sla.md)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console.context import HOTLINE, checked_form, deps_of, go, page, role_needed, why
from feedback_store.crypto import keyring
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.guards import Denunciation, EmergencyHit, check_emergency, find_denunciation
from feedback_store.queries import lookups
from feedback_store.reading.phones import only_phone
from feedback_store.service import phone_reports
from feedback_store.service.actor import Refused
from feedback_store.service.phone_reports import LooksLikeDenunciation
from feedback_store.service.sessions import CurrentUser
from feedback_store.service.tickets import NewReport
from feedback_store.texts import render
from vitext import righted

router = APIRouter()


def _stamp(opened: dt.datetime) -> str:
    """When the form was opened, sealed so that it cannot be set back by hand."""
    return base64.urlsafe_b64encode(keyring().encrypt(opened.isoformat().encode())).decode()


def _opened(stamp: str, now: dt.datetime) -> dt.datetime:
    """Read a stamp of the last day; anything else counts as opened now."""
    try:
        opened = dt.datetime.fromisoformat(keyring().decrypt(base64.urlsafe_b64decode(stamp)).decode())
    except (InvalidToken, ValueError, binascii.Error):
        return now
    return opened if now - dt.timedelta(days=1) < opened <= now else now


@router.get("/nhap-cuoc-goi")
def form(request: Request, user: CurrentUser = Depends(role_needed(*HOTLINE))) -> Response:
    return _form(request, user, {}, None)


def _form(
    request: Request, user: CurrentUser, typed: Mapping[str, Any], error: str | None,
    asked: Denunciation | None = None,
) -> Response:  # fmt: skip
    deps = deps_of(request)
    with deps.store.reading() as session:
        categories, communes = lookups.categories(session), lookups.communes(session)
    opened = str(typed.get("opened") or _stamp(deps.now()))
    return page(
        request,
        "phone.html",
        user,
        status=409 if error or asked else 200,
        typed=typed,
        error=error,
        asked=asked,
        danger=_danger(typed),
        opened=opened,
        categories=categories,
        communes=communes,
        filed=None,
    )


def _words(typed: Mapping[str, Any]) -> tuple[str, str]:
    return str(typed.get("text", "")), str(typed.get("place", ""))


def _danger(typed: Mapping[str, Any]) -> EmergencyHit | None:
    """What to say to the caller before all else."""
    return check_emergency("\n".join(_words(typed)))


@router.post("/nhap-cuoc-goi")
def file(
    request: Request,
    user: CurrentUser = Depends(role_needed(*HOTLINE)),
    posted: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """Files the report and shows the code to read aloud with the promise in words; asks first about a denunciation."""
    deps, now = deps_of(request), deps_of(request).now()
    decided = posted.get("denunciation")
    if decided == "guided":
        with deps.store.transaction() as session:
            phone_reports.guided(session, actor=user.actor, now=now)
        return go("/console/nhap-cuoc-goi", render("phone.guided"))
    phone = _phone(posted)
    if phone is None:
        return _form(request, user, posted, render("phone.bad_number"))
    reason = str(posted.get("no_denunciation", "")) if decided == "none" else None
    try:
        with deps.store.transaction() as session:
            report = _report(session, user, posted, phone, now)
            filed = phone_reports.file_call(session, report=report, no_denunciation=reason, actor=user.actor, now=now)
    except LooksLikeDenunciation as stopped:
        return _form(request, user, posted, None, stopped.found)
    except (Refused, IllegalMove) as error:
        return _form(request, user, posted, why(error), find_denunciation(*_words(posted)) if decided else None)
    return page(
        request, "phone.html", user, typed={}, error=None, asked=None, danger=_danger(posted), opened="",
        categories=[], communes=[], filed=filed,
    )  # fmt: skip


def _phone(posted: Mapping[str, Any]) -> str | None:
    """As it is dialled, empty where none was given; None: it cannot be."""
    typed = str(posted.get("phone", "")).strip()
    number = only_phone(typed)
    return number.national if number is not None else None if typed else ""


def _report(
    session: Session, user: CurrentUser, posted: Mapping[str, Any], phone: str, now: dt.datetime
) -> NewReport:
    place, stamp = righted(str(posted.get("place", ""))).strip() or None, str(posted.get("opened", ""))
    commune = str(posted.get("commune", "")) or None
    if commune is None and place:
        found = lookups.gazetteer(session).find(place)
        commune = found.sure.code if found and found.sure else None
    return NewReport(
        text=righted(str(posted.get("text", ""))),
        category_code=str(posted.get("category", "")),
        channel="phone",
        receipt_at=_opened(stamp, now),
        place_text=place,
        commune_code=commune,
        anonymous=posted.get("anonymous") == "on",
        reporter_name=righted(str(posted.get("name", ""))).strip() or None,
        reporter_phone=phone or None,
        entered_by=user.id,
        form_key=hashlib.sha256(f"{user.id}:{stamp}".encode()).hexdigest() if stamp else None,
    )
