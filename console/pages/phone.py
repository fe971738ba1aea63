"""A phone call entered as a report: receipt is the moment the form was opened (sla.md)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import HOTLINE, checked_form, deps_of, page, role_needed, why
from feedback_store.crypto import keyring
from feedback_store.queries import lookups
from feedback_store.service import tickets
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.service.tickets import NewReport

router = APIRouter()
PHONE = re.compile(r"0\d{9,10}")


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


def _form(request: Request, user: CurrentUser, typed: Mapping[str, Any], error: str | None) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        categories, communes = lookups.categories(session), lookups.communes(session)
    opened = str(typed.get("opened") or _stamp(deps.now()))
    return page(
        request,
        "phone.html",
        user,
        status=409 if error else 200,
        typed=typed,
        error=error,
        opened=opened,
        categories=categories,
        communes=communes,
        filed=None,
    )


@router.post("/nhap-cuoc-goi")
def file(
    request: Request,
    user: CurrentUser = Depends(role_needed(*HOTLINE)),
    posted: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """Files the report and shows the code to read aloud with the promise in words."""
    deps, now = deps_of(request), deps_of(request).now()
    phone = re.sub(r"[ .\-]", "", str(posted.get("phone", "")))
    if phone.startswith("+84"):
        phone = "0" + phone[3:]
    if phone and not PHONE.fullmatch(phone):
        return _form(request, user, posted, "Số điện thoại gồm 10 hoặc 11 chữ số, bắt đầu bằng 0.")
    place, stamp = str(posted.get("place", "")).strip() or None, str(posted.get("opened", ""))
    commune = str(posted.get("commune", "")) or None
    try:
        with deps.store.transaction() as session:
            if commune is None and place:
                found = lookups.gazetteer(session).find(place)
                commune = found.communes[0].code if found and len(found.communes) == 1 else None
            report = NewReport(
                text=str(posted.get("text", "")),
                category_code=str(posted.get("category", "")),
                channel="phone",
                receipt_at=_opened(stamp, now),
                place_text=place,
                commune_code=commune,
                anonymous=posted.get("anonymous") == "on",
                reporter_name=str(posted.get("name", "")).strip() or None,
                reporter_phone=phone or None,
                entered_by=user.id,
                form_key=hashlib.sha256(f"{user.id}:{stamp}".encode()).hexdigest() if stamp else None,
            )
            filed = tickets.file_report(session, report=report, actor=user.actor, now=now)
    except Refused as error:
        return _form(request, user, posted, why(error))
    return page(request, "phone.html", user, typed={}, error=None, opened="", categories=[], communes=[], filed=filed)
