"""The command around the player: the installation's database, the progress, the figures."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import typer

from hotline.at_hand import store_at_hand
from hotline.chat import Chat
from hotline.keys import Keys
from hotline.play.form import FormFault, load
from hotline.play.player import Played, Player, misses, tally
from hotline.settings import Settings


def run(file: Path, base: str, *, as_json: bool, errors: Path | None) -> int:
    """The exit status. Nothing is said in any conversation where the file is not of the form."""
    try:
        scripts = load(file)
    except FormFault as fault:
        typer.echo(f"hotline: {fault}", err=True)
        return 2
    settings = Settings()
    try:
        httpx.get(f"{base}/healthz", timeout=10, trust_env=False).raise_for_status()
    except httpx.HTTPError:
        typer.echo(f"the hotline does not answer at {base}; start it with `make up`", err=True)
        return 2
    token = Keys(settings.keys).local_token()
    played: list[Played] = []
    with store_at_hand() as store:
        player = Player(store, lambda: Chat(base, token), (settings.var / "log", settings.var / "media"))
        for script in scripts:
            played.append(player.play(script))
            if not as_json:
                typer.echo(f"{'ok' if played[-1].whole else '--'}  {script.id}")
    held, checks, whole, conversations = tally(played)
    if errors is not None:
        errors.write_text("\n".join(misses(played)) + "\n", encoding="utf-8")
    if as_json:
        wrong = [{"id": one.id, "misses": [[o.where, o.wanted, o.instead] for o in one.outcomes if not o.held]}
                 for one in played if not one.whole]  # fmt: skip
        figures = {"checks": checks, "held": held, "conversations": conversations, "whole": whole, "wrong": wrong}
        typer.echo(json.dumps(figures, ensure_ascii=False))
    else:
        typer.echo(f"{held} of {checks} checks, {whole} of {conversations} conversations")
    return 0 if held == checks else 1
