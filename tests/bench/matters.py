"""Fits the weights of ``actions/choice/beside.py`` and says what they are worth.

    python -m tests.bench.matters SET.jsonl… [--known SET.jsonl] [--model PATH]

A line of a set is ``{"text", "route"}``; ``multi`` holds several matters, every other route one. The model must not
have learned from them: what it says of sentences that it knows is surer than what it will say of others. ``--known``:
messages of one matter that it did learn from; how likely it takes each for several is drawn from those it did not.

A message is as likely to hold several as the likeliest of its clauses is another matter (multiple-instance learning:
which clause it is, the set does not say). Printed: recall and precision at some chances, each message judged by weights
that were fitted without it (five folds), then the weights of all.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import uuid
from collections.abc import Sequence
from pathlib import Path

from actions.choice.matters import offers
from actions.choice.said import said
from actions.turn import read_turn
from hotline.nlu.engine import EngineProcess
from hotline.nlu.lines import Line, load
from hotline.nlu.understanding import Fresh
from hotline.settings import Settings
from vitext import clean_words, righted

Seen = tuple[float, ...]
Message = tuple[list[Seen], bool]
SEED = 1022
OF_SEVERAL = (5,)
"""Where ``Beside.seen`` has what the engine says of the whole."""
FOLDS, ROUNDS, STEPS, RATE, RIDGE = 5, 6, 400, 0.5, 0.01


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matters")
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--known", type=Path)
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    settings = Settings()
    model = given.model or settings.models / "hotline.tar.gz"
    lines = [line for path in given.sets for line in load(path)]
    messages = read(lines, model, settings.province)
    if given.known:
        messages += drawn(read(load(given.known), model, settings.province), messages)
    chances = crossed([one for one in messages if one[0]])
    silent = sum(held for seen, held in messages if not seen)
    every = silent + sum(held for _, held in chances)
    print(f"{len(messages)} messages, {every} of several matters; nothing offers itself in {silent} of these")
    for chance in (0.3, 0.4, 0.5, 0.6, 0.7):
        cut = [held for got, held in chances if got >= chance]
        print(f"from {chance}: recall {sum(cut) / every:.1%}, precision {sum(cut) / max(1, len(cut)):.1%}")
    bias, weights = fitted([one for one in messages if one[0]])
    print("BIAS =", round(bias, 2))
    print("WEIGHTS =", tuple(round(one, 2) for one in weights))


def read(lines: Sequence[Line], model: Path, province: str) -> list[Message]:
    """What is seen of the clauses of each line that might be another matter, and whether it holds several."""
    fresh, found = Fresh(province), list[Message]()
    with EngineProcess(model) as parse:
        for line in lines:
            text = righted(clean_words(line.text))
            metadata = {"event_id": "1", "conversation_id": str(uuid.UUID(int=0)), "text": text,
                        "now": dt.datetime.now(dt.UTC).isoformat()}  # fmt: skip
            turn = read_turn({**parse(text)[0], "text": "", "metadata": metadata})
            found.append(([one.seen() for one in offers(said(turn, fresh.knows))], line.route == "multi"))
    return found


def drawn(known: Sequence[Message], others: Sequence[Message]) -> list[Message]:
    """Messages that the model knows, with a chance of several matters as it gives to those it does not."""
    chooser = random.Random(SEED)
    pool = [one for seen, held in others if seen and not held for one in seen[:1]]
    return [([_with(one, chooser.choice(pool)) for one in seen], held) for seen, held in known]


def _with(one: Seen, other: Seen) -> Seen:
    return tuple(other[at] if at in OF_SEVERAL else value for at, value in enumerate(one))


def crossed(messages: Sequence[Message]) -> list[tuple[float, bool]]:
    """The chance of each message by weights that were fitted without its fold, and the truth."""
    got = []
    for fold in range(FOLDS):
        bias, weights = fitted([one for number, one in enumerate(messages) if number % FOLDS != fold])
        got += [(max(chance(bias, weights, one) for one in seen), held) for seen, held in messages[fold::FOLDS]]
    return got


def chance(bias: float, weights: Sequence[float], seen: Seen) -> float:
    margin = bias + sum(weight * value for weight, value in zip(weights, seen, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, margin))))


def fitted(messages: Sequence[Message]) -> tuple[float, list[float]]:
    """Bias and weights by gradient descent: first all offers of a message count, then the likeliest alone."""
    rows = [(one, held) for seen, held in messages for one in seen]
    width = len(rows[0][0])
    means = [sum(one[at] for one, _ in rows) / len(rows) for at in range(width)]
    spreads = [math.sqrt(sum((one[at] - means[at]) ** 2 for one, _ in rows) / len(rows)) or 1.0 for at in range(width)]

    def scaled(one: Seen) -> Seen:
        return tuple((value - mean) / spread for value, mean, spread in zip(one, means, spreads, strict=True))

    bags = [([scaled(one) for one in seen], held) for seen, held in messages]
    chosen = [(one, held) for seen, held in bags for one in seen]
    bias, weights = 0.0, [0.0] * width
    for _ in range(ROUNDS):
        bias, weights = _descended(chosen, bias, weights)
        chosen = [(max(seen, key=lambda one: chance(bias, weights, one)), held) for seen, held in bags]
    weights = [weight / spread for weight, spread in zip(weights, spreads, strict=True)]
    return bias - sum(weight * mean for weight, mean in zip(weights, means, strict=True)), weights


def _descended(rows: Sequence[tuple[Seen, bool]], bias: float, weights: list[float]) -> tuple[float, list[float]]:
    for _ in range(STEPS):
        slopes, slope = [RIDGE * weight for weight in weights], 0.0
        for one, held in rows:
            off = (chance(bias, weights, one) - held) / len(rows)
            slope += off
            for at, value in enumerate(one):
                slopes[at] += off * value
        bias -= RATE * slope
        weights = [weight - RATE * slope for weight, slope in zip(weights, slopes, strict=True)]
    return bias, weights


if __name__ == "__main__":
    main()
