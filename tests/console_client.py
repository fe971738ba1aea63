"""A console user over HTTP: signs in, reads pages, sends their forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "Xe dap cu 17 mau rau"


@dataclass
class ConsoleUser:
    """One signed-in user; ``http`` keeps the cookie."""

    http: httpx.Client

    @classmethod
    def first_time(cls, base: str, login: str, one_time: str) -> ConsoleUser:
        """Sign in with a one-time password and set a lasting one."""
        http = httpx.Client(base_url=base, trust_env=False, follow_redirects=True, timeout=20)
        user = cls(http)
        user.send("/console/dang-nhap", login=login, password=one_time)
        user.send("/console/doi-mat-khau", old=one_time, new=PASSWORD, again=PASSWORD)
        return user

    def read(self, path: str) -> str:
        return self.http.get(path).raise_for_status().text

    def field(self, page: str, name: str) -> str:
        """Value of the first hidden field of that name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        assert found is not None, f"no field {name}"
        return found[1]

    def send(self, path: str, *, page: str | None = None, files: list[Path] | None = None, **fields: Any) -> str:
        """POST a form of ``page`` (default: the same address) with its CSRF token and version."""
        shown = self.read(page or path)
        data = {"csrf": self.field(shown, "csrf"), **fields}
        if 'name="version"' in shown:
            data["version"] = self.field(shown, "version")
        uploads = [("files", (one.name, one.read_bytes(), "image/jpeg")) for one in files or []]
        return self.http.post(path, data=data, files=uploads or None).raise_for_status().text
