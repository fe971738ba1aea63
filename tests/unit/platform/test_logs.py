"""No library's record carries a citizen's words or the bot's token into a log."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WRITES = """
import logging, sys
SECRET = "BI-MAT"
logging.getLogger("telegram.request").error('Can not load invalid JSON data: "%s"', SECRET)
logging.getLogger("asyncio").error(f"Task exception was never retrieved ValueError({SECRET!r})")
logging.getLogger("sanic.error").warning("%s of %d: 100%", SECRET, "x")
logging.getLogger("httpx").info("HTTP Request: GET https://api.telegram.org/bot%s/getMe", SECRET)
logging.getLogger("httpx").warning("GET https://api.telegram.org/bot" + SECRET)
try:
    raise ValueError(SECRET)
except ValueError:
    logging.getLogger("procrastinate").exception("job %s failed", SECRET)
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
logging.getLogger("hotline.actions").warning("understanding %s", "failed")
"""


@pytest.mark.parametrize(
    "configured",
    ["from hotline.logs import configure; configure('DEBUG', 'test')", "from bot.engine import quiet; quiet.silence()"],
    ids=["main", "engine"],
)  # fmt: skip
def test_a_librarys_words_stay_out_of_the_log_and_its_place_stays_in(configured: str) -> None:
    written = subprocess.run(
        [sys.executable, "-c", f"{configured}\n{WRITES}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said = written.stdout + written.stderr
    assert "BI-MAT" not in said
    assert "Can not load invalid JSON data" in said
    assert "ValueError" in said
    assert "understanding failed" in said
    if "hotline" in configured:
        assert all(json.loads(line)["event"] for line in said.splitlines())
