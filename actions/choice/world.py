"""Readers of the message itself: one matter or several, a story, what the engine takes it for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from actions import gather
from actions.choice import matters
from actions.choice.reading import Follows, Heard, Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.choice.telling import GRAVE, STORY, is_noise, tells_story, whole
from feedback_store.domain.codes import codes_in
from feedback_store.reading import focus
from feedback_store.reading.announcing import announced
from feedback_store.reading.assent import gives_something_up, gives_up, says_yes
from feedback_store.reading.content import content
from vitext import clauses, fold, has_letters

KEPT_SURE = 0.8
"""How sure a second matter must be to be kept for afterwards rather than join the report that is open."""


def second_matter(said: Said, state: State) -> Iterator[Reading]:
    """Another matter told in the middle of a report: kept for afterwards."""
    if not state.writing or state.step == "text":
        return
    found = matters.matters(said)
    if state.data.category is None:
        if len(found) == 1 and matters.opens_anew(said) and _is_none_of(state.data.category_choices, said):
            yield whole("second", "keep_for_later", said, Heard.WORLD, follows=Follows.KEEPS, sure=0.95)
        return
    if len(found) == 1 and _begins_another(said, state):
        yield whole("second", "keep_for_later", said, Heard.WORLD, follows=Follows.KEEPS, sure=0.95)
    for one in found if len(found) > 1 else ():
        if one.route != matters.REPORT:
            yield Reading("beside", one.route, one.takes, Heard.WORLD, sure=one.sure)
        elif one.category != state.data.category and one.sure >= KEPT_SURE:
            yield Reading("second", "keep_for_later", one.takes, Heard.WORLD, Follows.KEEPS, 0.95)


def _is_none_of(choices: Sequence[str], said: Said) -> bool:
    """Whether a matter is surely of another group than all that the open report may be of."""
    one = matters.clear(said)
    groups = {choice.split(".")[0] for choice in choices}
    return one is not None and one.route == matters.REPORT and one.sure >= KEPT_SURE and one.group not in groups


def _begins_another(said: Said, state: State) -> bool:
    """A message that opens with words for something else, or names a place of its own, and is sure of another group."""
    turn = said.turn
    one = matters.clear(said)
    if one is None or one.route != matters.REPORT or len(said.words) < 4:
        return False
    if one.group == str(state.data.category).split(".")[0]:
        return False
    anew = matters.opens_anew(said)
    beside = 2 if one.sure >= matters.CERTAIN and state.step not in ("place", "commune", "category") else 5
    placed = turn.where is not None and gather.words_beside(turn) >= beside and state.step != "place"
    return (anew and one.sure >= STORY) or (placed and one.sure >= KEPT_SURE)


def several(said: Said, state: State) -> Iterator[Reading]:
    """Each of several matters."""
    found = matters.matters(said)
    if state.writing or len(found) < 2:
        return
    for one in found:
        yield Reading("several", one.route, one.takes, Heard.WORLD, Follows.OPENS if one.route == matters.REPORT
                      else Follows.ANSWER, max(one.sure, 0.6), with_={"category": one.category})  # fmt: skip


def story(said: Said, state: State) -> Iterator[Reading]:
    """Words taken for an address, for abuse or for small talk that hold a report of their own."""
    turn = said.turn
    if state.writing:
        return
    if _evident(said, state):
        yield whole("evident", matters.REPORT, said, Heard.WORLD, follows=Follows.OPENS, sure=0.8)
    if tells_story(turn) and (turn.intent != "abuse" or turn.where is not None or _reports(said)):
        yield whole("story", matters.REPORT, said, Heard.WORLD, follows=Follows.OPENS, sure=0.9)
        return
    weak = turn.intent in matters.WEAK and not matters.wholly(said) and not _settled(said)
    found = matters.clear(said) if weak else None
    if found is not None and found.sure >= matters.CERTAIN:
        yield whole("clear", found.route, said, Heard.WORLD, sure=0.8)


ANNOUNCED = re.compile(r"^\s*(?:phan anh(?: them)?|pa|kien nghi|bao su co|gop y)\s*[:,\-]")
_OF_REPORTS = re.compile(r"\b(?:phan anh|kien nghi|gop y)\b")


def _opens_report(said: Said) -> bool:
    """ "Tôi muốn gửi phản ánh": an announcement without its matter, which is asked next."""
    return gather.is_opening(said.turn) and _OF_REPORTS.search(said.turn.folded) is not None


def _announced(said: Said) -> bool:
    """ "Giờ tôi báo việc khác: đèn đường …"."""
    categories = said.turn.categories
    return announced(said.turn.text) is not None and bool(categories) and categories[0][1] >= EVIDENT


EVIDENT, EVIDENT_ALONE = 0.6, 0.85
ASKED = 0.25
"""So likely a question about a procedure, and likelier than a report, a message is none without a place."""
PRAISED = 0.2
"""Praise names a place and a subject, too; it is a report only where the engine thinks of one so much."""


def _evident(said: Said, state: State) -> bool:
    """A place and a category, or "phản ánh:" at the beginning, beat what the whole is weakly taken for. Of one's own
    reports nobody asks who has none and gives no code."""
    turn = said.turn
    groundless = turn.intent in OF_OWN and not state.own and not codes_in(turn.text) and turn.confidence < GROUNDED
    if _settled(said):
        return False
    if turn.intent not in GRAVE and (_announced(said) or _opens_report(said)):
        return True
    weak = turn.intent in matters.WEAK or turn.intent == "edit_report" or groundless
    if not weak and turn.confidence >= EVIDENT:
        return False
    if ANNOUNCED.match(fold(turn.text)) and len(said.words) >= 5:
        return True
    if not turn.categories or gather.words_beside(turn) < 3 or focus.about(turn.text):
        return False
    sure, report = turn.categories[0][1], turn.chance(matters.REPORT)
    if turn.intent == "praise" and report < PRAISED and not _blames(said):
        return False
    if turn.where is None and turn.chance("ask_procedure") > max(ASKED, report):
        return False
    if turn.where is not None:
        return sure >= EVIDENT
    return sure >= EVIDENT_ALONE and turn.confidence < STORY and turn.intent not in ("abuse", "greet", "thanks")


OF_OWN, GROUNDED = frozenset({"ask_ticket_status", "dissatisfied_reopen"}), 0.9
SETTLED = frozenset({"cancel_request", "praise", "thanks", "goodbye", "out_of_scope", "rate_service"})
SURELY, UNTHOUGHT = 0.8, 0.05


def _settled(said: Said) -> bool:
    """Whether the engine is sure that it is no report: "khen mấy chú điện lực leo cột nối dây" has a category, too."""
    turn = said.turn
    if turn.intent not in SETTLED or turn.confidence < SURELY or turn.chance(matters.REPORT) >= UNTHOUGHT:
        return False
    if ANNOUNCED.match(fold(turn.text)) or (announced(turn.text) is not None and _reports(said)):
        return False
    return not _blames(said)


def _blames(said: Said) -> bool:
    """ "Cảm ơn cái ổ gà trước số 8 đã cho tôi ngã": thanks to a thing for what it did."""
    sure = said.turn.categories[0][1] if said.turn.categories else 0.0
    return sure >= BLAMED and _THING.search(fold(said.turn.text)) is not None


BLAMED = 0.8
_THING = re.compile(
    r"\b(?:cam on|cam ta|khen|hoan nghinh|tuyet voi|gioi|hay)\b.*\b(?:cai|con|dong|duong|o ga|cong|rac|den|nuoc)\b.*"
    r"\b(?:nga|te|hong|tat|ngap|thui|thoi|gay|be|vo|mat nuoc|mat dien|ban|lun|chua ai|khong ai|may thang|ca thang)\b"
)


def _reports(said: Said) -> bool:
    """Whether a clause of it is a report by itself."""
    found = matters.clear(said)
    return found is not None and found.route == matters.REPORT


def noise(said: Said, state: State) -> Iterator[Reading]:
    """Letters that no Vietnamese word has ("asdfgh"): better asked again than called out of scope."""
    if not state.writing and is_noise(said.turn):
        yield whole("noise", "nlu_fallback", said, Heard.WORLD, sure=0.85)


def nods(said: Said, state: State) -> Iterator[Reading]:
    """👍 to no question, and signs alone. What is sealed has no text here."""
    text = said.turn.text.strip()
    if not has_letters(text) and says_yes(text) and not state.summary_shown:
        yield whole("nod", "thanks", said, Heard.WORLD, sure=0.95)
    elif text and not any(char.isalnum() for char in text) and not said.turn.payload and not says_yes(text):
        act = "ask_again" if state.writing else "nlu_fallback"  # "????": what was asked is said again
        yield whole("signs", act, said, Heard.WORLD, sure=0.95)


_PUTS_OFF = re.compile(
    r"^(?:(?:u|uh|um|da|vang|ok|oke|a|o|the|vay|roi)\W+)*thoi\b(?! (?:tiet|gian|han|buoi|su|ky|diem|khoa))"
    r"|\bde (?:toi|tui|em|minh|chau|con|bac|chi|anh|ba|ong|tau)\b(?: \w+){1,12}"
    r" (?:da|sau|cai da|cho chac|lai da|lai xem)\W*$"
)
PUT_OFF = frozenset({
    "edit_report", "skip", "send_now", "affirm", "deny", "inform", "dissatisfied_reopen", "cancel_request",
    "goodbye", *matters.WEAK,
})  # fmt: skip
PUT_OFF_LONGEST = 16


def puts_off(said: Said, state: State) -> Iterator[Reading]:
    """ "Ừ thôi, để tôi ra hỏi lại thợ đã", where nothing is open: nothing is to be done."""
    turn = said.turn
    if state.writing or state.question or turn.where is not None or len(said.words) > PUT_OFF_LONGEST:
        return
    if turn.intent in PUT_OFF and _PUTS_OFF.search(turn.folded) and not gives_something_up(turn.text):
        yield whole("puts off", "later", said, Heard.WORLD, sure=0.85)


# What follows from the engine's word alone, and what is asked where it is too weak for that (decision 9).
# Staying unnamed has none: it protects, is said back, and can be undone.
UNNAMED = 0.6
"""Less sure, a wish to stay unnamed that no word says is none: "biết tên đường gì đâu mà nói"."""
CANCEL_ASKED = 0.7
"""So sure at the most a report is to be given up whose words say something else, too."""
CONSEQUENCES = {"cancel_request": (Follows.ENDS, "ask_cancel"), "human_agent": (Follows.CHANGES, "nlu_fallback")}


HARDLY = 0.45
"""So sure at the most is a report of a few words without a place and without a subject."""
FEWER_THAN_A_STORY, ALONE, NOTHING = 16, 4, 0.1
FEW_WORDS, NO_SUBJECT, WELL = 10, 0.35, 0.8


def _hardly(said: Said) -> bool:
    """ "Bực cái thân già, chẳng ai nghe": taken for a report, and of what nobody knows."""
    turn = said.turn
    subject = turn.categories[0][1] if turn.categories else 0.0
    plain = turn.where is None and not turn.payload and not gather.is_opening(turn)
    if plain and len(said.words) <= FEWER_THAN_A_STORY and subject < NOTHING and len(said.words) > ALONE:
        return True  # "tui hông có soạn phản ánh mới, hông phải nghen"
    return plain and len(said.words) <= FEW_WORDS and subject < NO_SUBJECT and turn.confidence < WELL


def _gives_up(said: Said, state: State) -> bool:
    """Whether a clause of the message gives the report up and says nothing else but its name."""
    text = said.turn.text
    pieces = [text[start:end] for start, end in clauses(text)]
    return any(gives_up(one, naming=state.subject) for one in pieces) or _asked_to_cancel(said, state)


def _asked_to_cancel(said: Said, state: State) -> bool:
    """ "Ừ bỏ hẳn", right after it was asked whether the report is given up."""
    asked = [payload for _, payload in state.shown]
    alone = "/cancel_request" in asked and any('"cancel"' in one for one in asked)
    return alone and len(said.words) <= ASKED_LONGEST


ASKED_LONGEST = 6


def cancels_asked(said: Said, state: State) -> Iterator[Reading]:
    """A yes to "Anh/chị muốn hủy phản ánh đang soạn?", or giving up in any words."""
    if not state.writing or state.summary_shown or not _asked_to_cancel(said, state):
        return
    if says_yes(said.turn.text) or gives_something_up(said.turn.text):
        yield whole("cancel?", "cancel_request", said, Heard.QUESTION, follows=Follows.ENDS, sure=0.95)


def route(said: Said, state: State) -> Iterator[Reading]:
    """What the engine takes the whole message for; less sure than what follows from it needs, it is asked about."""
    turn = said.turn
    follows, instead = CONSEQUENCES.get(turn.intent, (Follows.ANSWER, None))
    weak = state.summary_shown or turn.confidence < WELL
    if instead == "ask_cancel" and state.writing and weak and not gives_something_up(turn.text):
        instead = "ask_again"  # "thưởng huy chương được rồi đấy nhỉ": what was asked stands
    sure = turn.confidence
    if turn.intent == "cancel_request" and state.writing and not _gives_up(said, state):
        sure = min(sure, CANCEL_ASKED)  # "chắc hủy quách hợp đồng thuê nhà cho rồi": asked, not done
    if turn.intent == matters.REPORT and not state.writing and _hardly(said):
        follows, instead, sure = Follows.OPENS, "nlu_fallback", min(sure, HARDLY)
    unsaid = turn.intent == "stay_anonymous" and sure < UNNAMED and not content(turn.text, own_number=False).nameless
    if unsaid and state.writing:
        yield whole("route", "continue_report", said, Heard.REST, sure=sure, follows=Follows.KEEPS)
        return
    if turn.intent == "human_agent" and state.called:  # the request stands; only its state is told
        follows, instead = Follows.ANSWER, None
    yield whole("route", turn.intent, said, Heard.REST, sure=sure, follows=follows, instead=instead)
