"""``python -m tests.e2e.chaos [--times 20]``: kill -9 of every process at every point of a turn that files
a report, in one running hotline; counts what was lost or doubled and how long it took to recover.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.faults import POINTS
from tests.e2e.hotline_process import VICTIMS, Hotline, running_hotline
from tests.e2e.people import PEOPLE, Person
from tests.system import until

ALLOWED = 15.0  # seconds from the first health answer of the restarted process (issue 3, acceptance 4)
PATIENCE = 60.0
REPORT = "o ngo 12 duong le lai bi ngap nuoc may hom nay roi, hoi lam"
CODE = re.compile(r"PA-[0-9A-Z-]+")


@dataclass
class Strike:
    """What one kill did. ``lost`` and ``doubled`` say what, in words; ``seconds`` to recover."""

    point: str
    victim: str
    channel: str
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    late: bool = False

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.late)

    def __str__(self) -> str:
        what = [*(f"LOST {one}" for one in self.lost), *(f"DOUBLED {one}" for one in self.doubled)]
        what += [f"LATE {self.seconds:.1f} s"] if self.late else []
        return f"{self.point} / {self.victim} / {self.channel}: {'; '.join(what) or 'ok'} ({self.seconds:.1f} s)"


def to_summary(person: Person) -> None:
    """Talk until the summary with "Gửi" is on show."""
    person.say(REPORT)
    for _ in range(6):
        if not until(lambda: {"Gửi", "Bỏ qua"} & set(person.buttons()), PATIENCE):
            raise AssertionError(f"nothing to press: {person.got} {person.buttons()}")
        if "Gửi" in person.buttons():
            return
        person.press("Bỏ qua")
    raise AssertionError(f"no summary came: {person.got}")


def strike(hotline: Hotline, person: Person, point: str, victim: str) -> Strike:
    """One filing turn and a second message right behind it, with one kill; then the count."""
    found = Strike(point, victim, person.channel)
    mark = hotline.last_event()
    to_summary(person)
    conversation = hotline.events_after(mark)[0]["conversation_id"]
    if not until(lambda: finished(hotline, person, mark, person.sent) and all_shown(hotline, person, conversation), 20):
        raise AssertionError(f"the talk before the kill did not end: {person.got}")
    mark, seen = hotline.last_event(), len(person.got)
    numbers = hotline.out(conversation, 0)
    dead = hotline.arm(point, victim)
    try:
        person.press("Gửi")
        person.say("cảm ơn")
        if not until(hotline.struck, PATIENCE):
            raise AssertionError(f"{point} was never passed")
        if not until(lambda: hotline.came_back(victim, dead), PATIENCE * 2):
            raise AssertionError(f"{victim} did not come back")
        answered = time.monotonic()
        until(lambda: finished(hotline, person, mark, 2) and all_shown(hotline, person, conversation), PATIENCE)
        found.seconds = time.monotonic() - answered
    finally:
        hotline.disarm()
    found.late = found.seconds > ALLOWED
    time.sleep(0.7)  # what is doubled comes a little later
    count(hotline, person, found, mark, numbers[-1]["seq"], seen)
    return found


def finished(hotline: Hotline, person: Person, mark: int, wanted: int) -> bool:
    """All events stored and handled, all replies sent as far as the hotline knows."""
    events = hotline.events_after(mark)
    if len(events) < wanted or not all(one["handled_at"] for one in events):
        return False
    messages = hotline.out(events[0]["conversation_id"], 0)
    return person.channel == "web" or all(one["status"] not in ("pending", "sending") for one in messages)


def all_shown(hotline: Hotline, person: Person, conversation: object) -> bool:
    return len(person.got) >= len(hotline.out(conversation, 0))


def count(hotline: Hotline, person: Person, found: Strike, mark: int, seq: int, seen: int) -> None:
    """Compare stores and client with what one filing turn and one thanks must leave."""
    events = hotline.events_after(mark)
    conversation = events[0]["conversation_id"]
    if len(events) != 2:
        (found.lost if len(events) < 2 else found.doubled).append(f"inbound events: {len(events)} of 2")
    unhandled = [one["id"] for one in events if not one["handled_at"]]
    if unhandled:
        found.lost.append(f"{len(unhandled)} events unhandled")
    failures = [one["failure"] for one in events if one["failure"] and one["handled_at"]]
    if failures:
        found.lost.append(f"given up: {failures}")
    heard = [one for one in hotline.heard(conversation) if one in {str(event["id"]) for event in events}]
    wanted = [str(event["id"]) for event in events]
    if set(wanted) - set(heard):
        found.lost.append(f"user events in the tracker: {heard} of {wanted}")
    elif heard != wanted:
        found.doubled.append(f"user events in the tracker: {heard} of {wanted}")
    tickets = hotline.tickets(conversation)
    if len(tickets) != 1:
        (found.lost if not tickets else found.doubled).append(f"tickets: {tickets}")
    messages = hotline.out(conversation, seq)
    replies = [one for one in messages if one["kind"] == "reply"]
    order = [str(one["event_id"]) for one in replies]
    if order != sorted(order, key=int) or any(one not in order for one in wanted):
        found.lost.append(f"replies in order: {order} for {wanted}")
    codes = [one for one in replies if CODE.search(one["text"])]
    if tickets and not any(tickets[0] in one["text"] for one in codes):
        found.lost.append("the reply with the ticket's code")
    if len({one["text"] for one in replies}) != len(replies):
        found.doubled.append("a reply is stored twice")
    others = [one["notice"] for one in messages if one["kind"] != "reply"]
    if len(others) != len(set(others)) or set(others) - {"waiting"}:
        found.doubled.append(f"notices: {others}")
    compare_shown(found, [one["text"] for one in messages], person.got[seen:])


def compare_shown(found: Strike, stored: Sequence[str], shown: Sequence[str]) -> None:
    """Every stored message was seen once, in the order of its number."""
    if list(stored) == list(shown):
        return
    missing = [text[:40] for text in stored if text not in shown]
    twice = [text[:40] for text in set(shown) if shown.count(text) > stored.count(text)]
    if missing:
        found.lost.append(f"not delivered: {missing}")
    if twice:
        found.doubled.append(f"delivered twice: {twice}")
    if not (missing or twice):
        found.lost.append("delivered out of order")


def table(strikes: Sequence[Strike]) -> str:
    """Point by process: n, ok, lost, doubled, slowest recovery."""
    lines = [f"{'point':<22} {'killed':<8} {'n':>4} {'ok':>4} {'lost':>5} {'doubled':>8} {'slowest s':>10}"]
    for point in POINTS:
        for victim in VICTIMS:
            own = [one for one in strikes if (one.point, one.victim) == (point, victim)]
            if own:
                lost, doubled = sum(bool(one.lost) for one in own), sum(bool(one.doubled) for one in own)
                ok, slowest = sum(one.ok for one in own), max(one.seconds for one in own)
                lines.append(
                    f"{point:<22} {victim:<8} {len(own):>4} {ok:>4} {lost:>5} {doubled:>8} {slowest:>10.1f}"
                )
    return "\n".join(lines)


def run(
    hotline: Hotline,
    times: int,
    strikes: list[Strike],
    *,
    victims: Sequence[str] = VICTIMS,
    points: Sequence[str] = POINTS,
) -> None:
    """Strike every process at every point ``times`` times, web chat and Telegram by turns."""
    for turn in range(times):
        for v, victim in enumerate(victims):
            for p, point in enumerate(points):
                until(hotline.all_healthy, PATIENCE * 2)
                person = PEOPLE[(turn + v + p) % len(PEOPLE)](hotline)
                try:
                    one = strike(hotline, person, point, victim)
                except AssertionError as error:
                    one = Strike(point, victim, person.channel, lost=[str(error)])
                finally:
                    person.close()
                strikes.append(one)
                print(one, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="kills per point and process")
    parser.add_argument("--only", choices=VICTIMS, action="append", help="kill only these processes")
    parser.add_argument("--point", choices=POINTS, action="append", help="kill only at these points")
    chosen = parser.parse_args()
    began = time.monotonic()
    strikes: list[Strike] = []
    with suppress(KeyboardInterrupt), running_hotline() as hotline:  # what was done until then is counted
        run(hotline, chosen.times, strikes, victims=chosen.only or VICTIMS, points=chosen.point or POINTS)
    print(f"\n{table(strikes)}")
    bad = [one for one in strikes if not one.ok]
    print(f"\n{len(strikes)} kills in {time.monotonic() - began:.0f} s: {len(strikes) - len(bad)} ok, {len(bad)} not")
    for one in bad:
        print(f"  {one}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
