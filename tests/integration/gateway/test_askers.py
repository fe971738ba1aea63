"""What the web chat keeps of where a message came from: enough to count guesses of ticket codes together."""

from __future__ import annotations

import httpx
from sqlalchemy import select

from feedback_store.service import limits
from feedback_store.store import Store
from feedback_store.tables import InboundEvent
from tests.integration.gateway.conftest import Citizen


def from_address(base: str, address: str) -> Citizen:
    """A new citizen whose connection comes from ``address`` of this machine."""
    made = Citizen(base)
    headers = dict(made.http.headers)
    made.http.close()
    transport = httpx.HTTPTransport(local_address=address)
    made.http = httpx.Client(base_url=base, timeout=15, trust_env=False, transport=transport, headers=headers)
    return made


def test_every_message_is_counted_with_those_of_its_address(base: str, store: Store) -> None:
    addresses = ["127.0.0.2", "127.0.0.2", "127.0.0.3"]
    for address in addresses:
        citizen = from_address(base, address)
        citizen.say("tra cứu PA-482-109-376")
        citizen.http.close()
    with store.reading() as session:
        bodies = [one.body or {} for one in session.scalars(select(InboundEvent).order_by(InboundEvent.id))]
    assert [body["asker"] for body in bodies] == [limits.address_key(one) for one in addresses]
    assert not any("127.0.0" in str(body) for body in bodies)
