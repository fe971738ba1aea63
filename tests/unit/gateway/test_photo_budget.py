"""Two buckets, an address's and everybody's, on a clock of their own."""

from __future__ import annotations

from bot.gateway.photo_budget import PhotoBudget, Rate
from bot.gateway.uploads import Held, Share
from feedback_store.service.limits import network


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def budget(clock: Clock) -> PhotoBudget:
    return PhotoBudget(address=Rate(100, 60), total=Rate(250, 600), clock=clock)


def test_an_address_that_used_its_share_waits_as_long_as_it_is_told() -> None:
    clock = Clock()
    photos = budget(clock)
    assert photos.take("203.0.113.1", 90) == (0, False)
    seconds, alone = photos.take("203.0.113.1", 50)
    assert (seconds, alone) == (40, True)
    assert photos.take("203.0.113.2", 90)[0] == 0
    clock.now += seconds
    assert photos.take("203.0.113.1", 50)[0] == 0


def test_many_addresses_together_have_a_share_too() -> None:
    photos = budget(Clock())
    taken = sum(photos.take(f"198.51.100.{number}", 50)[0] == 0 for number in range(20))
    assert taken == 5
    seconds, alone = photos.take("192.0.2.9", 50)
    assert seconds > 0
    assert not alone


def test_what_is_refused_costs_nothing_and_what_failed_costs_more() -> None:
    clock = Clock()
    photos = budget(clock)
    photos.take("203.0.113.1", 90)
    for _ in range(10):
        photos.take("203.0.113.1", 50)
    photos.charge("203.0.113.1", 60)
    assert photos.take("203.0.113.1", 50)[0] == 100


def test_a_photo_dearer_than_the_bucket_needs_a_full_one() -> None:
    photos = PhotoBudget(address=Rate(10, 60), total=Rate(1000, 60), clock=Clock())
    assert photos.take("203.0.113.1", 50)[0] == 0
    assert photos.take("203.0.113.1", 1)[0] > 0


def test_one_network_of_ipv6_is_one_address() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("::ffff:203.0.113.1") == "203.0.113.1"
    assert network("testclient") == "testclient"


def test_bytes_are_given_back_with_the_last_file() -> None:
    held = Held(most=100, most_per_address=60)
    share, other = Share(held, "a"), Share(held, "b")
    assert share.add(60)
    assert not share.add(1)
    assert other.add(40)
    assert not other.add(1)
    del share
    assert held.total == 40
    assert other.add(20)
