"""Another local user of the machine: reads no file of the hotline and is answered by none of its inner servers."""

from __future__ import annotations

import json
import os
import pwd
import socket
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from hotline.backup import _put_photos
from tests.integration.platform.conftest import at_work
from tests.system import System

OTHER = "daemon"
PHOTO = Path(__file__).resolve().parents[2] / "data" / "photos" / "25-xoay.jpg"
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED: only root can act as another local user")

# Standard library alone: the other user may not even read this program.
PROBE = r"""
import json, os, socket, sys
asked, told = json.load(sys.stdin), {"uid": os.getuid(), "opened": [], "listed": [], "written": [], "commands": []}
for path in asked["files"]:
    for flag, name in ((os.O_RDONLY, "opened"), (os.O_WRONLY | os.O_APPEND, "written")):
        try:
            os.close(os.open(path, flag))
            told[name].append(path)
        except OSError:
            pass
for path in asked["folders"]:
    try:
        os.listdir(path)
        told["listed"].append(path)
    except OSError:
        pass
    if os.access(path, os.W_OK):
        told["written"].append(path)
for pid in asked["pids"]:
    try:
        told["opened"] += ["environ of %s" % pid] if open("/proc/%s/environ" % pid, "rb").read() else []
    except OSError:
        pass
    try:
        told["commands"].append(open("/proc/%s/cmdline" % pid, "rb").read().decode(errors="replace"))
    except OSError:
        pass
for path in asked["sockets"]:
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        told["opened"].append(path)
    except OSError:
        pass
with socket.create_connection(("127.0.0.1", asked["postgres"]), 5) as server:
    body = (196608).to_bytes(4, "big") + b"user\0hotline\0database\0postgres\0\0"
    server.sendall((len(body) + 4).to_bytes(4, "big") + body)
    head = server.recv(9)
told["postgres"] = [head[:1].decode("latin-1"), int.from_bytes(head[5:9], "big")]
told["answers"] = {}
for name, port, method, path in asked["requests"]:
    with socket.create_connection(("127.0.0.1", port), 5) as server:
        ask = "%s %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        server.sendall((ask % (method, path, port)).encode())
        told["answers"][name] = int(server.makefile("rb").readline().split()[1])
print(json.dumps(told))
"""


def as_other(**asked: Any) -> dict[str, Any]:
    """What the other user could do."""
    entry = pwd.getpwnam(OTHER)
    extra: dict[str, Any] = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/", "env": {}}
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            subprocess.run([python, "-c", ""], check=True, capture_output=True, **extra)
        except (OSError, subprocess.CalledProcessError):
            continue
        done = subprocess.run(
            [python, "-c", PROBE], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=60,
            **extra,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout)
        assert told["uid"] == entry.pw_uid
        return told
    pytest.skip(f"SKIPPED: no Python that {OTHER} may run")


def send_photo(system: System) -> None:
    chat = system.chat()
    with httpx.Client(base_url=system.base, trust_env=False, timeout=30) as http:
        token = {"Authorization": f"Bearer {chat.memory.token}"}
        files = {"photo": ("a.jpg", PHOTO.read_bytes(), "image/jpeg")}
        answer = http.post("/web/messages", data={"id": str(uuid.uuid4())}, files=files, headers=token)
    chat.close()
    assert answer.status_code == 200, answer.text


def inside(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files and folders."""
    found = list(folder.rglob("*"))
    return [one for one in found if one.is_file()], [one for one in found if one.is_dir()]


def test_another_local_user_opens_nothing_and_is_answered_by_nothing(installation: System) -> None:
    before = os.umask(0)  # the loosest there is: what the program does not close stands open
    try:
        system = installation.start()
    finally:
        os.umask(before)
    send_photo(system)
    var = system.var
    files, folders = inside(var)
    names = {str(one.relative_to(var)).split("/")[0] for one in files}
    assert {"keys", "log", "run", "media"} <= names, names
    children = json.loads((var / "run" / "children.json").read_text())
    database = Path(os.readlink(f"/proc/{children['postgres'][0]}/cwd")).parent
    if not database.is_relative_to(var):
        more, deeper = inside(database)
        files += [one for one in more if "pginstall18" not in one.parts]
        folders += [database, *(one for one in deeper if "pginstall18" not in one.parts)]
    sockets = [str(one) for one in database.rglob(".s.PGSQL.*") if one.is_socket()]
    assert sockets
    port = {name: int(system.settings[f"HOTLINE_{name.upper()}_PORT"]) for name in ("engine", "actions")}
    told = as_other(
        files=[str(one) for one in files],
        folders=[str(one) for one in folders],
        sockets=sockets,
        pids=list(at_work(system.folder)),
        postgres=int((database / "port").read_text()),
        requests=[
            ("turn", port["engine"], "POST", "/turn"),
            ("tracker", port["engine"], "DELETE", f"/tracker/{uuid.uuid4()}:0"),
            ("webhook", port["actions"], "POST", "/webhook"),
            ("actions", port["actions"], "GET", "/actions"),
        ],
    )
    assert told["opened"] == []
    assert told["written"] == []
    assert told["listed"] == []
    assert told["postgres"] == ["R", 10], "asked for a scram password, not let in"
    assert told["answers"] == {"turn": 401, "tracker": 401, "webhook": 401, "actions": 401}
    secrets = [one.read_text().strip() for one in (var / "keys").iterdir() if one.is_file() and one.stat().st_size]
    assert secrets
    assert told["commands"], "what runs can be seen, so it must hold no secret"
    for command in told["commands"]:
        assert not any(secret in command for secret in secrets)


def test_the_probe_sees_what_is_open() -> None:
    """The test above would find a leak: here is one of each kind."""
    folder = Path("/tmp") / f"hotline-test-{uuid.uuid4().hex[:8]}"
    folder.mkdir(mode=0o755)
    leak = folder / "web.log"
    leak.write_text("words")
    leak.chmod(0o666)
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(10)
            def trusting() -> None:
                with server.accept()[0] as one:
                    one.recv(1000)
                    one.sendall(b"R" + (8).to_bytes(4, "big") + bytes(4))

            thread = threading.Thread(target=trusting)
            thread.start()
            told = as_other(files=[str(leak)], folders=[str(folder)], sockets=[], pids=[], requests=[],
                            postgres=server.getsockname()[1])  # fmt: skip
            thread.join(10)
    finally:
        leak.unlink()
        folder.rmdir()
    assert told["opened"] == told["written"] == [str(leak)]
    assert told["listed"] == [str(folder)]
    assert told["postgres"] == ["R", 0]


def test_restored_photos_are_their_owners_alone(tmp_path: Path) -> None:
    source, media = tmp_path / "from", tmp_path / "media"
    (source / "ab").mkdir(parents=True)
    (source / "ab" / "one.jpg").write_bytes(b"photo")
    before = os.umask(0)
    try:
        _put_photos(source, media)
    finally:
        os.umask(before)
    assert (media / "ab" / "one.jpg").read_bytes() == b"photo"
    assert (media / "ab" / "one.jpg").stat().st_mode & 0o777 == 0o600
    assert (media / "ab").stat().st_mode & 0o777 == 0o700
