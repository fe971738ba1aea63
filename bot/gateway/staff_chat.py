"""What a user of the console types in a linked chat, taken before anything of a citizen's conversation.

Neither a code nor a command is kept as words of a citizen: the stored event has an empty body.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.base import InboundMessage
from bot.gateway.database import Database
from bot.gateway.reception import NotStored
from bot.gateway.runner import utc_now
from feedback_store.service import intake, outbox, staff_links, staff_relay
from feedback_store.service.intake import NewEvent
from feedback_store.service.outbox import Reply

log = structlog.get_logger("gateway.staff_chat")

# "/start nv-…" from the deep link or typed, or the bare code. What looks like a code with a slip in it counts too.
_P = staff_links.PREFIX
_CODE = re.compile(
    rf"\s*(?:/start(?:@\w+)?\s+(?={_P})|(?={_P}[\w-]{{8}}))([\w-]{{1,64}})\s*", re.IGNORECASE
)
_UNLINK = re.compile(r"\s*/huylienket(?:@\w+)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StaffCommand:
    """``code`` None: end the link. ``edited``: only kept from being stored, not done."""

    code: str | None
    edited: bool = False


def staff_command(message: InboundMessage) -> StaffCommand | None:
    """The command in a private message; None: it is the citizen's."""
    if not message.private or message.kind not in ("text", "command", "edit"):
        return None
    words, edited = str(message.body.get("text") or ""), message.kind == "edit"
    code = _CODE.fullmatch(words)
    if code is not None:
        return StaffCommand(code[1], edited)
    return StaffCommand(None, edited) if _UNLINK.fullmatch(words) else None


async def take_command(database: Database, event: NewEvent, command: StaffCommand) -> None:
    """Do it and answer in one commit, once per update. Raises NotStored."""
    try:
        await database.transaction(_take, event, command, now=utc_now())
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.error("not_stored", error=type(error).__name__)
        raise NotStored from error


def _take(session: Session, event: NewEvent, command: StaffCommand, *, now: dt.datetime) -> None:
    bare = replace(event, kind="command", body={}, guard="staff", handled=True)
    stored = intake.store_inbound(session.connection(), bare, now=now)
    if stored.duplicate or stored.closed or command.edited:
        return
    if command.code is None:
        text = staff_links.unlink_chat(session, conversation_id=stored.conversation_id, now=now)
    else:
        text = staff_links.redeem(session, conversation_id=stored.conversation_id, code=command.code, now=now)
    session.flush()
    outbox.append(
        session.connection(),
        conversation_id=stored.conversation_id,
        reply=Reply(text),
        kind=staff_relay.KIND,
        dedupe_key=f"staff-answer:{stored.event_id}",
        event_id=stored.event_id,
        now=now,
    )
