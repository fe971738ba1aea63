"""Makes both environments from their locks. Standard library only: it runs before anything is installed.

    python3 hotline/install.py [--dev]

``.venv`` holds everything that faces people and the database (the Python that runs this file),
``.venv-engine`` holds Rasa (Python 3.10: read from the machine, otherwise fetched by uv). What is
already as the locks say is left alone, so a second run takes a moment.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAIN, ENGINE, UV = ROOT / ".venv", ROOT / ".venv-engine", ROOT / ".uv"
STAMP = "installed.json"
NEEDED = "import bz2, ctypes, lzma, sqlite3, ssl, sys, venv; print('%d.%d.%d' % sys.version_info[:3])"
PYTHON_BUILDS = "https://github.com/astral-sh/python-build-standalone/releases/"
PROBE_SECONDS = 4.0


class CannotInstall(Exception):
    """Something outside this program is missing; the message says what and how to get it."""


def main(arguments: list[str]) -> int:
    """Install what is missing; 0 when both environments are there, 1 with a reason otherwise."""
    try:
        install(dev="--dev" in arguments)
    except CannotInstall as error:
        print(f"hotline: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hotline: stopped; run it again to go on where it was", file=sys.stderr)
        return 130
    return 0


def install(*, dev: bool) -> None:
    """Bring both environments to their locks. Raises CannotInstall."""
    check_machine()
    locks = {"main": digest("requirements.lock"), "dev": digest("requirements-dev.lock")}
    engine_lock = digest("bot/engine/requirements.lock")
    main_ready = is_installed(MAIN, locks, dev=dev)
    engine_ready = is_installed(ENGINE, {"engine": engine_lock}, dev=False)
    if main_ready and engine_ready:
        write_entry()
        return
    started = time.monotonic()
    old_python = None if engine_ready else find_python310()
    if not engine_ready and old_python is None:
        check_download_of_python310()
    uv = find_uv()
    if not engine_ready and old_python is None:
        old_python = fetch_python310(uv)
    say("installing the libraries (download and unpacking, once) …")
    jobs: list[tuple[str, Path, subprocess.Popen[bytes], Path]] = []
    if not main_ready:
        lock = "requirements-dev.lock" if dev else "requirements.lock"
        jobs.append(begin(uv, "main", MAIN, sys.executable, lock))
    if not engine_ready:
        assert old_python is not None
        jobs.append(begin(uv, "engine", ENGINE, old_python, "bot/engine/requirements.lock"))
    finish(jobs)
    if not main_ready:
        stamp(MAIN, {**locks, "has_dev": "yes" if dev else "no"})
    if not engine_ready:
        stamp(ENGINE, {"engine": engine_lock})
    write_entry()
    say(f"libraries installed in {time.monotonic() - started:.0f} s (mostly download)")


def say(text: str) -> None:
    print(f"hotline: {text}", flush=True)


def check_machine() -> None:
    if sys.version_info < (3, 11):
        raise CannotInstall(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    try:
        import ensurepip
        import venv

        del ensurepip, venv
    except ImportError as error:
        raise CannotInstall(
            f"this Python lacks {error.name}; on Debian and Ubuntu: apt-get install python3-venv python3-pip"
        ) from error
    if not os.access(ROOT, os.W_OK):
        raise CannotInstall(f"{ROOT} cannot be written by this user")
    if shutil.disk_usage(ROOT).free < 4 * 2**30 and not ENGINE.exists():
        raise CannotInstall(f"{ROOT} has less than 4 GB free")


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def is_installed(folder: Path, locks: dict[str, str], *, dev: bool) -> bool:
    """Whether ``folder`` was made from these locks, here, by a Python that still exists."""
    try:
        found = json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        return False
    if found.get("root") != str(ROOT) or not os.access(folder / "bin" / "python", os.X_OK):
        return False
    if dev and found.get("has_dev") != "yes":
        return False
    return all(found.get(name) == value for name, value in locks.items())


def stamp(folder: Path, content: dict[str, str]) -> None:
    (folder / STAMP).write_text(json.dumps({**content, "root": str(ROOT)}, indent=1))


def write_entry() -> None:
    """Put this folder on the main environment's path and make the command ``hotline``."""
    site = next((MAIN / "lib").glob("python3.*")) / "site-packages"
    entries = {
        site / "hotline-1022.pth": f"{ROOT}\n",
        MAIN / "bin" / "hotline": f'#!/bin/sh\nexec "{MAIN}/bin/python" -m hotline.cli "$@"\n',
    }
    for path, text in entries.items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    (MAIN / "bin" / "hotline").chmod(0o755)


def runs_as(python: str, version: str) -> bool:
    """Whether ``python`` starts, is of ``version`` and has the modules that we need."""
    try:
        done = subprocess.run([python, "-I", "-c", NEEDED], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip().startswith(version + ".")


def find_python310() -> str | None:
    """A Python 3.10 that this user can read: on the path, of pyenv, of uv, or in the usual folders."""
    given = os.environ.get("HOTLINE_PYTHON310")
    if given:
        if not runs_as(given, "3.10"):
            raise CannotInstall(f"HOTLINE_PYTHON310={given} is not a working Python 3.10")
        return given
    home = os.path.expanduser("~")
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin"]
    pyenvs = [os.environ.get("PYENV_ROOT", ""), f"{home}/.pyenv", "/root/.pyenv", "/opt/pyenv"]
    pyenvs += [str(Path(folder).parent) for folder in folders if Path(folder).name == "shims"]
    patterns = [f"{root}/versions/3.10*/bin/python3.10" for root in pyenvs if root]
    patterns += [f"{folder}/python3.10" for folder in folders if folder and Path(folder).name != "shims"]
    patterns += [
        f"{home}/.local/share/uv/python/cpython-3.10*/bin/python3.10",
        f"{ROOT}/.uv/python/cpython-3.10*/bin/python3.10",
        "/opt/*/bin/python3.10",
        "/opt/*/*/bin/python3.10",
        "/usr/local/*/bin/python3.10",
        "/home/*/.pyenv/versions/3.10*/bin/python3.10",
    ]
    tried: set[str] = set()
    for pattern in patterns:
        for path in sorted(glob.glob(pattern), reverse=True):
            real = os.path.realpath(path)
            if real not in tried and runs_as(path, "3.10"):
                return path
            tried.add(real)
    return None


def no_python310(why: str) -> CannotInstall:
    return CannotInstall(
        f"Python 3.10 is needed for the conversation engine; none was found, and {why}.\n"
        "  Get it in one of these ways, then run the same command again:\n"
        "    apt-get install python3.10 python3.10-venv     (Ubuntu 22.04)\n"
        "    pyenv install 3.10                             (any Linux with a compiler)\n"
        "    HOTLINE_PYTHON310=/path/to/python3.10 make up  (one in an unusual place)\n"
        "    UV_PYTHON_INSTALL_MIRROR=<address> make up     (a mirror of Python builds)"
    )


def check_download_of_python310() -> None:
    """Fail early, before anything is downloaded, when Python 3.10 cannot be fetched."""
    address = os.environ.get("UV_PYTHON_INSTALL_MIRROR") or PYTHON_BUILDS
    if not address.startswith("http"):
        return
    try:
        request = urllib.request.Request(address, method="HEAD")
        urllib.request.urlopen(request, timeout=PROBE_SECONDS).close()
    except urllib.error.HTTPError as error:
        if error.code in (403, 407, 451) or error.code >= 500:
            raise no_python310(f"its download answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise no_python310("its download cannot be reached") from error


def fetch_python310(uv: list[str]) -> str:
    say("Python 3.10 is not on this machine; fetching it …")
    env = {**clean_env(), "UV_PYTHON_INSTALL_DIR": str(UV / "python"), "UV_HTTP_TIMEOUT": "30"}
    done = subprocess.run(
        [*uv, "python", "install", "--no-bin", "3.10"], env=env, capture_output=True, text=True, check=False
    )
    found = find_python310()
    if done.returncode != 0 or found is None:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise no_python310(f"fetching it failed ({last.strip()})")
    return found


def clean_env() -> dict[str, str]:
    """The environment without what would point uv, pip or Python at another environment.

    uv trusts the machine's certificates, as pip does: an agency's mirror or proxy has one of its own.
    """
    dropped = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "UV_PYTHON", "CONDA_PREFIX")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true", **kept}  # the second for older uv


def find_uv() -> list[str]:
    """uv from the path when it works, otherwise a pinned one in ``.uv``."""
    pinned = UV / "bin" / "uv"
    for candidate in (shutil.which("uv"), str(pinned)):
        if candidate and _answers([candidate, "--version"]):
            return [candidate]
    say("uv is not on this machine; installing a pinned one into .uv …")
    make = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(UV)], capture_output=True, text=True, check=False
    )
    if make.returncode != 0:
        raise CannotInstall(
            "a virtual environment could not be made; on Debian and Ubuntu: apt-get install python3-venv\n"
            + make.stderr[-400:]
        )
    get = subprocess.run(
        [
            str(UV / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(ROOT / "requirements-uv.lock"),
        ],
        env=clean_env(),
        capture_output=True,
        text=True,
        check=False,
    )
    if get.returncode != 0 or not _answers([str(pinned), "--version"]):
        raise CannotInstall("uv could not be installed with pip; is the package index reachable?\n" + get.stderr[-600:])
    return [str(pinned)]


def _answers(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def begin(
    uv: list[str], name: str, folder: Path, python: str, lock: str
) -> tuple[str, Path, subprocess.Popen[bytes], Path]:
    """Start making one environment; both are made at the same time."""
    env = clean_env()
    usable = (folder / "bin" / "python").exists() and _answers([str(folder / "bin" / "python"), "-V"])
    if not usable:
        made = subprocess.run(
            [*uv, "venv", "--quiet", "--clear", "--no-project", "--python", python, str(folder)],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise CannotInstall(f"the {name} environment could not be made: {made.stderr.strip()[-600:]}")
    (folder / STAMP).unlink(missing_ok=True)
    report = folder / "install.log"
    with report.open("wb") as log:
        process = subprocess.Popen(
            [*uv, "pip", "sync", "--require-hashes", "--python", str(folder / "bin" / "python"), lock],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=log,
        )
    return name, folder, process, report


def finish(jobs: list[tuple[str, Path, subprocess.Popen[bytes], Path]]) -> None:
    """Wait for every environment, with a sign of life each 15 s; raise for the first that failed."""
    started = last = time.monotonic()
    try:
        while any(process.poll() is None for _, _, process, _ in jobs):
            time.sleep(0.2)
            if time.monotonic() - last > 15:
                last = time.monotonic()
                waiting = [name for name, _, process, _ in jobs if process.poll() is None]
                say(f"  still installing {' and '.join(waiting)}, {last - started:.0f} s …")
    finally:
        for _, _, process, _ in jobs:
            if process.poll() is None:
                process.terminate()
    for name, _, process, report in jobs:
        if process.returncode != 0:
            tail = report.read_text(errors="replace").strip()[-1200:]
            raise CannotInstall(f"the libraries of the {name} environment could not be installed:\n{tail}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
