"""A form without what it needs is refused in Vietnamese, on its own page, with what was typed: no browser judges it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.integration.console.calls import first, send
from tests.integration.console.conftest import Office, Person
from tests.integration.console.test_owed import MINE, released

TYPED = "Chữ vừa gõ 7351"
"""Stands in every field for words that the form does not need."""


@dataclass
class Form:
    """``fields``: name → value as shown; ``needed``: names of required ones."""

    action: str
    post: bool
    judged_here: bool
    fields: list[tuple[str, str]] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    files: bool = False


class Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.chosen: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = dict(attrs)
        if tag == "form":
            self.found.append(Form(one.get("action") or "", one.get("method") == "post", "novalidate" in one))
        name = one.get("name")
        if not self.found or not name or tag not in ("input", "select", "textarea"):
            return
        form, kind = self.found[-1], one.get("type") or "text"
        form.files = form.files or kind == "file"
        if kind in ("file", "checkbox", "radio"):
            return
        form.fields.append((name, one.get("value") or ""))
        if "required" in one:
            form.needed.add(name)
        elif tag == "textarea" or (tag == "input" and kind == "text"):
            form.words.add(name)


def forms_of(person: Person, path: str) -> list[Form]:
    return [form for form in Forms(person.read(path)).found if form.post]


def pages(office: Office) -> dict[str, str]:
    """Pages with forms, and the role that sees them."""
    waiting, _ = released(office)
    new = office.ticket()
    going = office.ticket()
    office.dispatch(going, MINE)
    return {
        f"/phan-anh/{new.code}": "supervisor", f"/phan-anh/{going.code}": "supervisor",
        f"/phan-anh/{waiting.code}": "supervisor", f"/phan-anh/{going.code}?": "leader", "/goi-bao": "operator",
        "/nhap-cuoc-goi": "operator", "/don-vi": "administrator", f"/don-vi/{office.agency(MINE)}/sua": "administrator",
        f"/don-vi/{office.agency(MINE)}/ngung": "administrator", "/lich/hotline/gio": "administrator",
        "/thoi-han/sua": "administrator", "/tinh-lai": "administrator", "/dang-nhap": "operator",
        f"/don-vi/{office.agency(MINE)}/nguoi-dung": "administrator",
        "/linh-vuc": "administrator", "/phan-cong": "administrator", "/nguoi-dung": "administrator",
        "/lich": "administrator", "/lich/hotline": "administrator", "/thoi-han": "administrator",
        "/nhap-du-lieu": "administrator", "/tai-khoan": "administrator", "/doi-mat-khau": "operator",
    }  # fmt: skip


def test_every_form_is_refused_on_its_page(office: Office) -> None:
    shown = pages(office)
    people = {
        role: office.person(f"nguoi-{role}", role, MINE if role == "leader" else None)
        for role in set(shown.values())
    }
    send(people["operator"], "nhan", first(people["operator"]))
    wrong, tried = [], 0
    for path, role in shown.items():
        for form in forms_of(people[role], path):
            assert form.judged_here, (path, form.action)
            if not form.needed:
                continue
            data = {name: "" if name in form.needed else value for name, value in form.fields}
            data |= dict.fromkeys(form.words, TYPED)
            action = form.action or f"/console{path}"
            answer = people[role].client.post(action, data=data, files={"x": b""} if form.files else None)
            tried += 1
            said = 'role="alert"' in answer.text or 'class="fault' in answer.text
            kept = not form.words or TYPED in answer.text
            again = any(one.needed >= form.needed for one in Forms(answer.text).found)
            if not (400 <= answer.status_code < 500 and said and kept and again):
                state = f"said={said} kept={kept} again={again}"
                wrong.append(f"{action} {answer.status_code} {state} needs {sorted(form.needed)}")
    assert not wrong, "\n".join(wrong)
    assert tried > 25, tried
