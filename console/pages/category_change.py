"""Another category for a report: chosen on its page, shown here with the old and the new dates, then confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from console import asked
from console.asked import whole_or_none
from console.context import HOTLINE, checked_form, deps_of, go, page, role_needed, why
from console.list_place import place_of, ticket_address
from console.pages.ticket import ticket_view
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import desk, lookups
from feedback_store.queries import tickets as queries
from feedback_store.service import recategorising, tellings
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()


@router.post("/phan-anh/{code}/doi-linh-vuc")
def change(
    request: Request,
    code: str,
    user: CurrentUser = Depends(role_needed(*HOTLINE)),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """Saved only where ``seen`` names the class and policy that the shown dates come from; else the dates are shown."""
    deps, now = deps_of(request), deps_of(request).now()
    seen = asked.text(form, "seen", longest=100)
    given: dict[str, Any] = {
        "category_code": str(form.get("category", "")), "reason": str(form.get("reason", "")), "actor": user.actor,
        "expected_version": whole_or_none(form, "version"), "now": now,
    }  # fmt: skip
    try:
        with deps.store.transaction() as session:
            ticket = queries.find_ticket(session, code=code.upper(), actor=user.actor)
            if ticket is None:
                raise HTTPException(404)
            shown = recategorising.preview(session, ticket=ticket, **given)
            if seen == shown.basis:
                recategorising.change_category(session, ticket_id=ticket.id, **given)
                said = render("category.saved", told=tellings.how_told(session, ticket, now)).strip()
                return go(ticket_address(request, code.upper()), said)
            values: dict[str, Any] = {
                "old": lookups.category_name(session, ticket.category_code),
                "agencies": desk.agency_names(session, [one.agency_id for one in shown.changes if one.agency_id]),
                "ticket": ticket,
            }
    except (Refused, IllegalMove) as error:
        return ticket_view(request, code, user, error=why(error), typed=form, status=409)
    return page(
        request, "category_change.html", user, shown=shown, passed=shown.passed(now), reason=given["reason"],
        again=bool(seen), place=place_of(request), version=form.get("version", ""), **values,
    )  # fmt: skip
