"""How stored lines look to the widget; no payload, no intent, no other person's data."""

from __future__ import annotations

from typing import Any

from feedback_store.queries.conversations import Line


def message_view(line: Line) -> dict[str, Any]:
    """One outgoing message: ``{seq, kind, text, buttons: [{token, label}], at, …}``."""
    body = line.body or {}
    view: dict[str, Any] = {
        "mine": False,
        "seq": line.seq,
        "kind": line.kind,
        "text": body.get("text", ""),
        "buttons": body.get("buttons", []),
        "at": line.at.isoformat(),
    }
    if line.notice:
        view["notice"] = line.notice
    if line.event_id is not None:
        view["event"] = line.event_id
    for name in ("ask", "link"):
        if body.get(name):
            view[name] = body[name]
    if body.get("media"):
        view["media"] = [f"/web/media/{one}" for one in body["media"]]
    return view


def transcript_view(lines: list[Line]) -> list[dict[str, Any]]:
    """Both sides, in order; what was erased or sealed is left out."""
    return [_mine(line) if line.mine else message_view(line) for line in lines if line.body is not None]


def _mine(line: Line) -> dict[str, Any]:
    body = line.body or {}
    view: dict[str, Any] = {
        "mine": True,
        "key": (line.event_key or "").rpartition(":")[2],
        "kind": line.kind,
        "text": body.get("text") or body.get("caption") or body.get("label") or "",
        "at": line.at.isoformat(),
        "status": line.status,
    }
    if line.kind == "button":
        view["button"] = body.get("button")
    if line.kind == "location":
        view["location"] = body.get("location")
    if body.get("media"):
        view["photos"] = len(body["media"])
    return view
