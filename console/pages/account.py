"""The user's own page: who one is here, and the link to one's Telegram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import checked_form, deps_of, go, page, signed_in
from feedback_store.service import sessions, staff_links
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()
HERE = "/console/tai-khoan"


async def bot_of(request: Request) -> str | None:
    """The bot's user name; None without Telegram or while it cannot be asked."""
    ask = deps_of(request).bot_name
    return None if ask is None else await ask()


@router.get("/tai-khoan")
def account(request: Request, user: CurrentUser = Depends(signed_in)) -> Response:
    return _account(request, user)


def _account(
    request: Request, user: CurrentUser, *, code: staff_links.NewCode | None = None, bot: str | None = None
) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        link = staff_links.last_of(session, user.id)
        tries = sessions.wrong_tries(session, since=deps.now() - sessions.TRIES_SHOWN, user_id=user.id).get(user.id)
    telegram = deps.bot_name is not None
    return page(request, "account.html", user, link=link, telegram=telegram, code=code, bot=bot, tries=tries)


@router.post("/tai-khoan/lay-ma")
def new_code(
    request: Request,
    user: CurrentUser = Depends(signed_in),
    form: Mapping[str, Any] = Depends(checked_form),
    bot: str | None = Depends(bot_of),
) -> Response:
    """The code is in this answer and nowhere else."""
    deps = deps_of(request)
    if deps.bot_name is None:
        return go(HERE)
    with deps.store.transaction() as session:
        code = staff_links.new_code(session, user_id=user.id, now=deps.now())
    return _account(request, user, code=code, bot=bot)


@router.post("/tai-khoan/huy-lien-ket")
def unlink(
    request: Request, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    deps = deps_of(request)
    with deps.store.transaction() as session:
        done = staff_links.unlink(session, user_id=user.id, now=deps.now())
    return go(HERE, render("users.chat_unlinked") if done else None)
