"""A token is renewed for its own conversation, and a bad one begins a new one."""

from __future__ import annotations

from bot.gateway import session_token
from tests.integration.gateway.conftest import Citizen


def test_a_good_token_is_renewed_for_the_same_conversation(citizen: Citizen) -> None:
    headers = {"Authorization": f"Bearer {citizen.token}"}
    fresh = citizen.http.post("/web/session", headers=headers).json()["token"]
    assert session_token.read(fresh) == session_token.read(citizen.token)


def test_a_bad_token_begins_a_new_conversation(citizen: Citizen) -> None:
    for words in ("Bearer undefined", "Bearer x", "", "Basic abc"):
        fresh = citizen.http.post("/web/session", headers={"Authorization": words}).json()["token"]
        assert session_token.read(fresh) != session_token.read(citizen.token)
