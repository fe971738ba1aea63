"""``hotline``: the command-line program. Each command's module is imported only when it is used."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup
from typer.main import get_command

# name → module that holds a Typer `app` with a command of that name, or one that is the command itself
COMMANDS = {
    "up": "hotline.run_cli",
    "demo": "hotline.run_cli",
    "migrate": "hotline.run_cli",
    "train": "hotline.train_cli",
    "chat": "hotline.chat",
    "doctor": "hotline.doctor_cli",
    "user": "hotline.user_cli",
    "audit": "hotline.audit_cli",
    "sla": "hotline.sla_cli",
    "tickets": "hotline.tickets_cli",
    "read": "hotline.read_cli",
    "places": "hotline.places_cli",
    "nlu": "hotline.nlu.commanding",
    "province": "hotline.province_cli",
    "backup": "hotline.backup_cli",
    "restore": "hotline.backup_cli",
}
SHARED = ("hotline.run_cli", "hotline.backup_cli")


class LazyGroup(TyperGroup):
    """Finds a command by importing its module, so that one command doesn't wait for the others."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found: Any = get_command(importlib.import_module(module).app)
        if module in SHARED:
            return found.commands[cmd_name]
        found.name = cmd_name
        return found


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def hotline() -> None:
    """The 1022 citizen hotline: start it, look after it, talk to it."""


def main() -> None:
    """Entry of the command ``hotline``."""
    try:
        app(prog_name="hotline")
    except ValidationError as error:
        if error.title != "Settings":
            raise
        for fault in error.errors():
            name = str(fault["loc"][0]).upper()
            full = name if name == "DATABASE_URL" else f"HOTLINE_{name}"
            print(f"hotline: the setting {full} is wrong: {fault['msg']}, not {fault['input']!r}", file=sys.stderr)
        print("hotline: docs/settings.md lists every setting", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
