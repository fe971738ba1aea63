"""What a backup file may hold: plain files below one folder, nothing else."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from hotline.backup import BackupFault, _unpack


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> tarfile.TarFile:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as made:
        for info, content in members:
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    raw.seek(0)
    return tarfile.open(fileobj=raw)


def test_files_and_folders_come_out_as_they_went_in(tmp_path: Path) -> None:
    folder = tarfile.TarInfo("media/ab")
    folder.type = tarfile.DIRTYPE
    photo, dump = tarfile.TarInfo("media/ab/photo"), tarfile.TarInfo("dump")
    with archive((folder, b""), (photo, b"\xff\xd8"), (dump, b"x")) as one:
        _unpack(one, tmp_path)
    assert (tmp_path / "media/ab/photo").read_bytes() == b"\xff\xd8"
    assert (tmp_path / "dump").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["../escape", "/etc/escape", "media/../../escape"])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with archive((tarfile.TarInfo(name), b"x")) as one, pytest.raises(BackupFault, match="outside"):
        _unpack(one, inside)
    assert list(tmp_path.rglob("escape")) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("media/link")
    info.type, info.linkname = kind, "/etc/passwd"
    with archive((info, b"")) as one, pytest.raises(BackupFault, match="no plain file"):
        _unpack(one, tmp_path)
    assert list(tmp_path.rglob("link")) == []
