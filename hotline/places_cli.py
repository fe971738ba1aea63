"""``hotline places``: how well places are read in given sentences."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def places() -> None:
    """Places in sentences."""


@app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines: text, and commune, communes or place.")],
    province: Annotated[str, typer.Option(help="Whose installation reads; default: the setting.")] = "",
) -> None:
    """Compare what is read with what each line of FILE says, and print right, asked rightly, wrong, and the wrong ones.

    A line is {"text", "commune": "code" | "communes": [codes] | null, "place": "the words"}; what a line leaves out is
    not judged. "province" in a line (slug or code) reads it in that installation. Exit status 1 if a commune was
    silently wrong, 2 if the file cannot be read.
    """
    from hotline.placing import Judge

    try:
        lines = [json.loads(one) for one in file.read_text(encoding="utf-8").splitlines() if one.strip()]
        judge = Judge(province)
        judged = [judge(line) for line in lines]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, FileNotFoundError) as error:
        typer.echo(f"{file}: {error!r}", err=True)
        raise typer.Exit(2) from error
    _tell([one for one in judged if one["commune"]], "commune")
    spans = [one for one in judged if one["span"]]
    _tell(spans, "span")
    if spans:
        hit, read, there = (sum(one[name] for one in spans) for name in ("hit", "read", "there"))
        typer.echo(f"syllables of the span: F1 {200 * hit / max(read + there, 1):.1f} %")
    for one in judged:
        if one["commune"] in ("wrong", "missed", "invented") or one["span"] == "wrong":
            typer.echo(json.dumps(one["told"], ensure_ascii=False))
    if any(one["commune"] in ("wrong", "invented") for one in judged):
        raise typer.Exit(1)


def _tell(judged: list[dict[str, Any]], what: str) -> None:
    counted = Counter(one[what] for one in judged)
    if judged:
        parts = ", ".join(f"{name} {n} ({100 * n / len(judged):.2f} %)" for name, n in counted.most_common())
        typer.echo(f"{what}: {len(judged)} lines: {parts}")
