"""The web chat's session token."""

import uuid

import pytest

from bot.gateway import session_token


def test_a_token_names_its_conversation() -> None:
    conversation = uuid.uuid4()
    assert session_token.read(session_token.issue(conversation)) == conversation


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 48, "....", "=" * 8])
def test_a_forged_token_names_nothing(token: str) -> None:
    with pytest.raises(session_token.BadToken):
        session_token.read(token)


def test_one_changed_character_is_a_forgery() -> None:
    token = session_token.issue(uuid.uuid4())
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    with pytest.raises(session_token.BadToken):
        session_token.read(changed)
