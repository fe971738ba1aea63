"""The web chat's session token."""

import datetime as dt
import uuid

import pytest

from bot.gateway import session_token

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)


def test_a_token_names_its_conversation() -> None:
    conversation = uuid.uuid4()
    assert session_token.read(session_token.issue(conversation)) == conversation


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 48, "A" * 54, "....", "=" * 8])
def test_a_forged_token_names_nothing(token: str) -> None:
    with pytest.raises(session_token.BadToken):
        session_token.read(token)


@pytest.mark.parametrize("place", [0, 15, 22, 26, 30, 52])
def test_one_changed_character_is_a_forgery(place: int) -> None:
    token = session_token.issue(uuid.uuid4())
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    with pytest.raises(session_token.BadToken):
        session_token.read(changed)


def test_a_token_ends_after_its_life_and_not_before() -> None:
    conversation = uuid.uuid4()
    token = session_token.issue(conversation, now=NOW)
    assert session_token.read(token, now=NOW + session_token.LIFE) == conversation
    with pytest.raises(session_token.BadToken, match="ended"):
        session_token.read(token, now=NOW + session_token.LIFE + dt.timedelta(seconds=1))
