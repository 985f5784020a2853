"""The pages of collections and indexes, and the JSON of the pickers."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from providers.search.access import create_index
from providers.search.entries import ingest
from providers.transfer import files
from providers.transfer.models import Collection
from tests.people import person, urn
from wire.principals import Caller

FILES = {"a.txt": "text", "sub/b.txt": "b", "sub/inner/c.txt": "c", "we & <b>ird?.txt": "x"}


def browser(name: str | None) -> Client:
    client = Client(raise_request_exception=False)
    if name:
        client.force_login(person(name))
    return client


def page(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def data(collection) -> Collection:
    return collection("Beamline", FILES, bob="reader")


def _address(data: Collection, what: str = "") -> str:
    return f"/collections/{data.pk}/{what}"


def test_collections_are_listed_to_those_who_may_read_them(data: Collection) -> None:
    assert "Beamline" in page(browser("alice"), "/collections/")
    assert "Beamline" in page(browser("bob"), "/collections/", q="beam")
    assert "No collection matches" in page(browser("bob"), "/collections/", q="nope")
    assert "Beamline" in page(browser("bob"), "/collections/", q=str(data.pk))
    assert "Beamline" not in page(browser("mallory"), "/collections/")


def test_long_lists_have_pages(collection) -> None:
    owner = person("alice")
    Collection.objects.bulk_create(
        Collection(display_name=f"c{n:03}", root="/nowhere", owner=owner) for n in range(45)
    )
    first = page(browser("alice"), "/collections/", q="c0")
    assert "c000" in first and "c020" not in first and "page=2" in first
    assert "c044" in page(browser("alice"), "/collections/", q="c0", page=3)
    assert "this far down" in page(browser("alice"), "/collections/", page=9)


@pytest.mark.parametrize("path", ["", "search", "{id}/", "{id}/list", "{id}/download?path=/a.txt"])
def test_nobody_without_signing_in(data: Collection, path: str) -> None:
    answer = browser(None).get("/collections/" + path.format(id=data.pk))
    assert answer.status_code in (302, 401)


@pytest.mark.parametrize("what", ["", "list", "download?path=/a.txt"])
def test_a_strangers_collection_is_not_found(data: Collection, what: str) -> None:
    assert browser("mallory").get(_address(data, what)).status_code == 404


def test_a_folder_shows_what_is_in_it(data: Collection) -> None:
    top = page(browser("bob"), _address(data))
    assert "a.txt" in top and "?path=/sub/" in top.replace("%2F", "/") and "read only" in top
    assert "<b>ird" not in top and "we &amp; &lt;b&gt;ird?.txt" in top
    inner = page(browser("bob"), _address(data), path="/sub/inner/")
    assert "c.txt" in inner and "Up one folder" in inner and "b.txt" not in inner


def test_the_local_folder_is_shown_to_its_owner(data: Collection) -> None:
    assert data.root in page(browser("alice"), _address(data))
    assert data.root not in page(browser("bob"), _address(data))


@pytest.mark.parametrize("path", ["/nope", "../x", "/a.txt", "\0", "/sub/../..", "x" * 5000])
def test_a_folder_that_is_none_says_so(data: Collection, path: str) -> None:
    answer = browser("bob").get(_address(data), {"path": path})
    assert answer.status_code == 404 and b"Go to the top folder" in answer.content


def test_large_folders_have_pages(collection) -> None:
    data = collection("large", {f"f{n:03}": "" for n in range(150)})
    assert "f099" in page(browser("alice"), _address(data)) and "150 items" in page(
        browser("alice"), _address(data)
    )
    second = page(browser("alice"), _address(data), page=2)
    assert "f100" in second and "f099" not in second


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous")
def test_a_file_is_downloaded_as_an_attachment(data: Collection) -> None:
    Path(data.root, "x.svg").write_text("<svg><script>alert(1)</script></svg>")
    answer = browser("bob").get(_address(data, "download"), {"path": "/x.svg"})
    assert b"".join(answer).startswith(b"<svg>")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="x.svg"'
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous")
def test_of_a_file_that_grows_comes_what_was_announced(data: Collection) -> None:
    file = Path(data.root, "run.log")
    file.write_text("first\n")
    answer = browser("bob").get(_address(data, "download"), {"path": "/run.log"})
    file.write_text("first\nsecond\n")
    assert (answer["Content-Length"], b"".join(answer)) == ("6", b"first\n")


@pytest.mark.parametrize("name", ['q"uote.txt', "über.txt", "\u202egnp.txt", "a;b.txt"])
def test_a_names_oddities_stay_in_the_name(data: Collection, name: str) -> None:
    Path(data.root, name).write_text("x")
    header = browser("bob").get(_address(data, "download"), {"path": name})["Content-Disposition"]
    assert header.startswith("attachment") and "\n" not in header and header.isascii()


@pytest.mark.parametrize("path", ["/nope", "../x", "/sub", ""])
def test_what_is_no_file_is_not_downloaded(data: Collection, path: str) -> None:
    assert browser("bob").get(_address(data, "download"), {"path": path}).status_code == 404


def test_a_file_is_uploaded_as_it_is(data: Collection) -> None:
    answer = browser("alice").post(_address(data, "upload?path=/sub/n.bin"), b"\0\1", content_type="x/y")
    assert (answer.status_code, answer.json()) == (201, {"path": "/sub/n.bin", "size": 2})
    assert Path(data.root, "sub/n.bin").read_bytes() == b"\0\1"
    again = browser("alice").post(_address(data, "upload?path=/sub/n.bin"), b"zz", content_type="x/y")
    assert again.status_code == 409 and Path(data.root, "sub/n.bin").read_bytes() == b"\0\1"


def test_a_file_is_uploaded_with_the_pages_form(data: Collection) -> None:
    body = {"folder": "/sub/", "file": SimpleUploadedFile("new.txt", b"hello")}
    answer = browser("alice").post(_address(data, "upload"), body)
    assert answer.status_code == 302 and Path(data.root, "sub/new.txt").read_text() == "hello"
    body = {"folder": "/sub/", "file": SimpleUploadedFile("new.txt", b"again")}
    assert b"exists already" in browser("alice").post(_address(data, "upload"), body).content


@pytest.mark.parametrize("path", ["", "/", "../x", "/nope/x", "/sub", "/x\ny", "/a.txt/x"])
def test_a_file_goes_nowhere_else(data: Collection, path: str) -> None:
    client = browser("alice")
    answer = client.generic("POST", _address(data, "upload"), b"x", query_params={"path": path})
    assert 400 <= answer.status_code < 500 and answer.json()["error"]


def test_too_large_an_upload_is_cut_off(data: Collection, monkeypatch) -> None:
    monkeypatch.setattr(files, "LARGEST_UPLOAD_BYTES", 10)
    answer = browser("alice").post(_address(data, "upload?path=/big"), b"x" * 11, content_type="x/y")
    assert answer.status_code == 413 and not Path(data.root, "big").exists()


@pytest.mark.parametrize("what", ["upload?path=/new", "mkdir"])
def test_a_reader_writes_nothing(data: Collection, what: str) -> None:
    body = json.dumps({"path": "/new"})
    answer = browser("bob").post(_address(data, what), body, content_type="application/json")
    assert answer.status_code == 403 and not Path(data.root, "new").exists()


def test_a_folder_is_made(data: Collection) -> None:
    client = browser("alice")
    made = client.post(_address(data, "mkdir"), {"path": "/new"}, content_type="application/json")
    assert (made.status_code, made.json()) == (201, {"path": "/new/"})
    again = client.post(_address(data, "mkdir"), {"path": "/new"}, content_type="application/json")
    assert again.status_code == 409 and "exists already" in again.json()["error"]
    assert client.post(_address(data, "mkdir"), {"folder": "/new/", "name": "in"}).status_code == 302
    assert Path(data.root, "new/in").is_dir()
    assert (
        b"may not lead upwards" in client.post(_address(data, "mkdir"), {"folder": "/", "name": ".."}).content
    )


@pytest.mark.parametrize("body", ["{", "[]", '{"path": 5}', "[" * 10_000, '{"path": "../x"}'])
def test_a_bad_mkdir_is_refused(data: Collection, body: str) -> None:
    answer = browser("alice").post(_address(data, "mkdir"), body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["error"]


def test_changes_need_the_csrf_token(data: Collection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("alice"))
    assert client.post(_address(data, "upload?path=/x"), b"x", content_type="x/y").status_code == 403
    assert (
        client.post(_address(data, "mkdir"), {"path": "/x"}, content_type="application/json").status_code
        == 403
    )
    assert client.get(_address(data, "mkdir")).status_code == 405


def test_only_an_administrator_adds_a_collection(data: Collection, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    body = {"name": "More", "root": str(tmp_path / "more")}
    assert browser("alice").post("/collections/", body).status_code == 403
    admin = person("root")
    admin.is_superuser = True
    admin.save()
    assert b"does not exist" in browser("root").post("/collections/", body | {"root": "/nope"}).content
    answer = browser("root").post("/collections/", body)
    made = Collection.objects.get(display_name="More")
    assert answer.status_code == 302 and made.owner == admin


def test_the_pickers_find_collections(data: Collection) -> None:
    answer = browser("bob").get("/collections/search", {"q": "BEAM", "limit": "5"})
    (found,) = answer.json()["collections"]
    assert found == {"id": str(data.pk), "display_name": "Beamline", "description": "", "may_write": False}
    assert browser("alice").get("/collections/search").json()["collections"][0]["may_write"] is True
    for limit in ("-1", "x", "1" * 50, "０"):
        assert browser("mallory").get("/collections/search", {"limit": limit}).json() == {"collections": []}


def test_the_pickers_list_folders(data: Collection) -> None:
    told = browser("bob").get(_address(data, "list"), {"path": "/sub/"}).json()
    assert (told["path"], told["parent"]) == ("/sub/", "/")
    assert [(entry["name"], entry["type"]) for entry in told["entries"]] == [
        ("inner", "dir"),
        ("b.txt", "file"),
    ]
    assert browser("bob").get(_address(data, "list")).json()["parent"] is None
    for path, status in (("/nope", 404), ("../x", 400), ("/a.txt", 400)):
        answer = browser("bob").get(_address(data, "list"), {"path": path})
        assert answer.status_code == status and answer.json()["error"]


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_one_name_leave_one_whole_file(tmp_path: Path) -> None:
    data = Collection.objects.create(display_name="d", root=str(tmp_path), owner=person("alice"))
    texts, answers = (b"a" * 3_000_000, b"b" * 3_000_000), []
    place = files.place(data.root, "/one")

    def put(text: bytes, name: str) -> None:
        try:
            files.store([text], place, name)
            answers.append("stored")
        except files.FolderError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=put, args=(text, f".part-{n}")) for n, text in enumerate(texts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["Exists", "stored"]
    assert (tmp_path / "one").read_bytes() in texts and [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.fixture
def index(alice: Caller) -> Any:
    index = create_index("Demo datasets", person("alice"))
    for n in range(25):
        content = {"title": f"Sample {n}", "kind": "image" if n % 2 else "table", "n": n % 3, "ok": n > 5}
        readers = ["public"] if n < 20 else [urn("bob")]
        ingest(index, {"subject": f"s{n}", "content": content, "visible_to": readers}, alice.urn)
    return index


def test_an_index_shows_what_its_reader_may_see(index) -> None:
    address = f"/search/{index.pk}/"
    assert "25 documents" in page(browser("alice"), address)
    assert "25 documents" in page(browser("bob"), address)
    assert "20 documents" in page(browser("mallory"), address)
    assert "20 documents" in page(browser(None), address)
    assert "Sample 23" in page(browser("bob"), address, q="sample 23")
    assert "No document matches" in page(browser("mallory"), address, q="sample 23")


def test_facets_narrow_what_is_shown(index) -> None:
    address = f"/search/{index.pk}/"
    client = browser("alice")
    assert "is.kind=image" in page(client, address) and "is.title" not in page(client, address)
    images = client.get(address, {"is.kind": "image"}).content.decode()
    assert "12 documents" in images and "Sample 1<" in images and "Sample 2<" not in images
    assert "4 documents" in page(client, address, **{"is.kind": "image", "is.n": "1"})
    assert "19 documents" in page(client, address, **{"is.ok": "true"})
    both = client.get(f"{address}?is.n=1&is.n=2").content.decode()
    assert "16 documents" in both
    assert "No document matches" in page(client, address, **{"is.kind": "sound"})


@pytest.mark.parametrize(
    "field", ["owner__password", "a'b", 'a"b', "$.x", "0", "a.b", "__class__", "content"]
)
def test_a_hostile_field_finds_nothing(index, field: str) -> None:
    assert "No document matches" in page(browser("mallory"), f"/search/{index.pk}/", **{f"is.{field}": "x"})


@pytest.mark.parametrize(
    "words", ['"', "*", "a OR b", "text:x", "(", "\0", "'; DROP TABLE x", "x" * 5000, "NEAR(a b)"]
)
def test_hostile_words_find_nothing(index, words: str) -> None:
    assert "No document matches" in page(browser("mallory"), f"/search/{index.pk}/", q=words)


def test_results_have_pages(index) -> None:
    client, address = browser("alice"), f"/search/{index.pk}/"
    assert "page=2" in page(client, address) and "Sample 24<" in page(client, address)
    assert "Sample 0<" in page(client, address, page=2)


def test_a_document_is_shown_whole_to_its_readers(index) -> None:
    mine = index.entries.get(subject="s24")
    address = f"/search/{index.pk}/entries/{mine.pk}"
    told = browser("bob").get(address).json()
    assert (told["subject"], told["content"]["title"], told["visible_to"]) == (
        "s24",
        "Sample 24",
        [urn("bob")],
    )
    assert browser("mallory").get(address).status_code == 404
    assert browser(None).get(address).status_code == 404


def test_markup_in_documents_is_text(index, alice: Caller) -> None:
    content = {"title": "<script>alert(1)</script>", "javascript:alert(2)": ["<img>"]}
    ingest(index, {"subject": "javascript:alert(3)", "content": content, "visible_to": ["public"]}, alice.urn)
    shown = page(browser("alice"), f"/search/{index.pk}/", q="alert")
    assert "<script>alert" not in shown and 'href="javascript:' not in shown and "<img>" not in shown


def test_indexes_are_listed_to_those_who_see_something_in_them(index) -> None:
    hidden = create_index("Hidden", person("alice"))
    listed = page(browser("mallory"), "/search/")
    assert "Demo datasets" in listed and "20 documents" in listed and "Hidden" not in listed
    assert browser("mallory").get(f"/search/{hidden.pk}/").status_code == 404
    assert "This index is empty" in page(browser("alice"), f"/search/{hidden.pk}/")
    assert "No index is called" in page(browser("alice"), "/search/", q="nope")
    found = browser("bob").get("/search/indexes", {"q": "demo"}).json()
    assert found == {"indexes": [{"id": str(index.pk), "display_name": "Demo datasets"}]}
