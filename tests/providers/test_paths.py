"""Nothing below a collection's root leads out of it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from providers.transfer.copying import Copy, copy_file, remove
from providers.transfer.folders import (
    FolderError,
    Place,
    find,
    item_at,
    items,
    make_folder,
    opened_file,
    place,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection's folder with links that lead out of it, beside a folder that is not to be reached."""
    root = tmp_path / "col"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "file.txt").write_text("inside")
    secret = tmp_path / "colX"
    secret.mkdir()
    (secret / "secret.txt").write_text("outside")
    (root / "out").symlink_to(secret)
    (root / "out.txt").symlink_to(secret / "secret.txt")
    (root / "loop").symlink_to(root / "loop")
    (root / "inner").symlink_to(root / "sub")
    os.mkfifo(root / "pipe")
    return root


def _read(root: Path, path: str) -> str:
    with opened_file(place(str(root), path)) as descriptor:
        return os.read(descriptor, 100).decode()


@pytest.mark.parametrize(
    "path",
    [
        "sub/file.txt",
        "/sub/file.txt",
        "/~/sub/file.txt",
        "~/sub/file.txt",
        "/sub//./file.txt",
        "./sub/file.txt",
    ],
)
def test_all_spellings_lead_to_the_same_file(root: Path, path: str) -> None:
    assert _read(root, path) == "inside"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../colX/secret.txt", "BadPath"),
        ("/../colX/secret.txt", "BadPath"),
        ("sub/../../colX/secret.txt", "BadPath"),
        ("/~/../colX/secret.txt", "BadPath"),
        ("..", "BadPath"),
        ("/etc/passwd", "NotFound"),
        ("%2e%2e/colX/secret.txt", "NotFound"),
        ("..%252fcolX/secret.txt", "NotFound"),
        ("..\\..\\colX\\secret.txt", "NotFound"),
        ("．．/colX/secret.txt", "NotFound"),
        ("/~root/secret.txt", "NotFound"),
        ("out/secret.txt", "NotAFolder"),
        ("out.txt", "LinkRefused"),
        ("inner/file.txt", "NotAFolder"),
        ("loop", "LinkRefused"),
        ("loop/x", "NotAFolder"),
        ("sub/file.txt/x", "NotAFolder"),
        ("sub", "IsAFolder"),
        ("", "IsAFolder"),
        ("/", "IsAFolder"),
        ("pipe", "NotAFile"),
        ("sub/file.txt\0", "BadPath"),
        ("sub/file\n.txt", "BadPath"),
        ("sub/\x1b[31m", "BadPath"),
        ("sub/\u2028", "BadPath"),
        ("sub/\udcff", "BadPath"),
        ("n" * 300, "BadPath"),
        ("d/" * 2500, "BadPath"),
    ],
)
def test_a_hostile_path_is_refused(root: Path, path: str, code: str) -> None:
    with pytest.raises(FolderError) as caught:
        _read(root, path)
    assert caught.value.code == code
    assert "outside" not in caught.value.description


@pytest.mark.parametrize("path", ["out", "out.txt", "loop", "inner"])
def test_a_link_is_told_as_a_link(root: Path, path: str) -> None:
    assert item_at(place(str(root), path)).kind == "link"


@pytest.mark.parametrize("path", ["out/new", "inner/new", "../new", "sub/file.txt/new"])
def test_nothing_is_made_through_a_link(root: Path, path: str) -> None:
    with pytest.raises(FolderError):
        make_folder(place(str(root), path))
    assert sorted(os.listdir(root.parent / "colX")) == ["secret.txt"]
    assert sorted(os.listdir(root / "sub")) == ["file.txt"]


@pytest.mark.parametrize("path", ["out/copy.txt", "inner/copy.txt", "loop/copy.txt"])
def test_nothing_is_written_through_a_link(root: Path, path: str) -> None:
    with pytest.raises(FolderError):
        copy_file(
            place(str(root), "sub/file.txt"), place(str(root), path), Copy(".part-x-1"), lambda count: None
        )
    assert sorted(os.listdir(root.parent / "colX")) == ["secret.txt"]


def test_a_file_in_place_of_a_link_replaces_the_link(root: Path) -> None:
    copy_file(
        place(str(root), "sub/file.txt"), place(str(root), "out.txt"), Copy(".part-x-1"), lambda count: None
    )
    assert (root / "out.txt").read_text() == "inside" and not (root / "out.txt").is_symlink()
    assert (root.parent / "colX" / "secret.txt").read_text() == "outside"


def test_a_deletion_removes_links_and_not_what_they_lead_to(root: Path) -> None:
    remove(place(str(root), "out"), lambda count: None)
    (root / "sub" / "way").symlink_to(root.parent / "colX")
    remove(place(str(root), "sub"), lambda count: None)
    assert not (root / "sub").exists()
    assert (root.parent / "colX" / "secret.txt").read_text() == "outside"


@pytest.mark.parametrize("path", ["", ".", "/", "/~/", "//"])
def test_the_root_cannot_be_deleted(root: Path, path: str) -> None:
    with pytest.raises(FolderError) as caught:
        remove(place(str(root), path), lambda count: None)
    assert caught.value.code == "BadPath" and root.exists()


def test_names_that_differ_by_case_or_form_are_different(root: Path) -> None:
    for name in ("Caf\u00e9", "Cafe\u0301", "cAF\u00e9"):
        make_folder(place(str(root), name))
    assert len([item for item in items(place(str(root), "/")) if item.name.lower().startswith("caf")]) == 3


def test_a_folder_swapped_for_a_link_leads_nowhere(root: Path) -> None:
    """While one thread swaps a folder for a link, 1,000 times, another reads through it."""
    swapped, real, link = root / "swap", root / "real", root / "link"
    real.mkdir()
    (real / "secret.txt").write_text("inside")
    link.symlink_to(root.parent / "colX")
    real.rename(swapped)
    stop = threading.Event()

    def swap() -> None:
        for _ in range(1000):
            swapped.rename(real)
            link.rename(swapped)
            swapped.rename(link)
            real.rename(swapped)
        stop.set()

    thread = threading.Thread(target=swap)
    thread.start()
    read = set()
    where = place(str(root), "swap/secret.txt")
    while not stop.is_set():
        try:
            read.add(_read(root, "swap/secret.txt"))
            find(where)
        except FolderError:
            continue
    thread.join()
    assert read <= {"inside"}
    assert _read(root, "swap/secret.txt") == "inside"


def test_very_deep_folders_are_an_error_and_no_crash(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    with pytest.raises(FolderError) as caught:
        remove(Place(str(tmp_path), ("d",)), lambda count: None)
    assert caught.value.code == "BadPath"
