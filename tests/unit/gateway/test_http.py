"""Reading requests, negotiation, answers and problems over plain ASGI."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import (
    AddressTooLong,
    BodyNotExpected,
    HeadersTooLarge,
    MalformedAddress,
    NotFound,
    RepeatedParameter,
)
from gateway.http import (
    LONGEST_ADDRESS,
    Answer,
    Asked,
    accepts,
    accepts_gzip,
    check_limits,
    matches_tag,
    names_media_type,
    path_segments,
    percent_decoded,
    preferred_language,
    query_pairs,
    send_answer,
    send_problem,
    single,
)


class Sent:
    """Collects what an application sends."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def __call__(self, message: Any) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.messages[1:])


# -- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"%",
        b"%4",
        b"%zz",
        b"a%",
        b"%00",
        b"%c0%af",
        b"%e0%80%af",
        b"%ed%a0%80",
        b"%f5%80%80%80",
        b"%ff",
        b"\xff",
        b"%+1",
    ],
)
def test_a_wrongly_encoded_address_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedAddress):
        percent_decoded(raw)


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_what_a_client_encodes_is_what_we_read(text: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    assert percent_decoded(encoded) == text


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        assert percent_decoded(raw).encode() is not None
    except MalformedAddress:
        assert b"%" in raw or b"\x00" in raw or any(byte > 127 for byte in raw)


def test_dots_and_encoded_slashes_stay_what_they_are() -> None:
    assert path_segments(b"/courses/../x") == ("courses", "..", "x")
    assert path_segments(b"/courses/%2e%2e/x") == ("courses", "..", "x")
    assert path_segments(b"/a%2fb//c;d=1/") == ("a/b", "", "c;d=1", "")


def test_a_query_keeps_order_doubles_and_blanks() -> None:
    assert query_pairs(b"q=a+b%2B&&q=&flag&x=1=2") == [("q", "a b+"), ("q", ""), ("flag", ""), ("x", "1=2")]


def test_a_name_that_occurs_twice_is_refused() -> None:
    assert single([("a", "1"), ("b", "2")]) == {"a": "1", "b": "2"}
    with pytest.raises(RepeatedParameter):
        single([("a", "1"), ("a", "1")])


def _scope(**more: Any) -> dict[str, Any]:
    return {"method": "GET", "raw_path": b"/", "query_string": b"", **more}


def test_limits() -> None:
    check_limits(_scope(), Asked([(b"content-length", b"0")]), 1024)
    check_limits(_scope(), Asked([(b"content-length", b"8192")]), 1024)
    check_limits(_scope(method="POST"), Asked([(b"transfer-encoding", b"chunked")]), 1024)
    with pytest.raises(HeadersTooLarge):
        check_limits(_scope(), Asked([(b"x", b"y" * 1020)]), 1024)
    with pytest.raises(AddressTooLong):
        check_limits(_scope(query_string=b"q" * LONGEST_ADDRESS), Asked([]), 1024)
    for header in ((b"content-length", b"8193"), (b"content-length", b"-1"), (b"transfer-encoding", b"chunked")):
        with pytest.raises(BodyNotExpected):
            check_limits(_scope(), Asked([header]), 1024)


# -- negotiation --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (None, True),
        (b"", True),
        (b"*/*", True),
        (b"application/*;q=0.1", True),
        (b"application/json", True),
        (b"Application/JSON; charset=utf-8", True),
        (b"application/json; version=5", True),
        (b'application/json; version="5.0"', True),
        (b"application/json; version=6", False),
        (b"text/html, application/json;q=0.2", True),
        (b"text/html", False),
        (b"application/json;q=0", False),
        (b"application/json;q=0, */*", False),
        (b"application/vnd.oeapi+json;version=6.0", False),
        (b"application/json;q=nonsense", True),
        (b",,;q=1", False),
    ],
)
def test_which_accept_headers_admit_json(header: bytes | None, accepted: bool) -> None:
    assert accepts(header, "application/json", "5") is accepted


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (None, False),
        (b"gzip", True),
        (b"br, gzip;q=0.5", True),
        (b"*", True),
        (b"gzip;q=0, *", False),
        (b"identity", False),
        (b"*;q=0", False),
        (b"x-gzip", True),
    ],
)
def test_which_clients_take_gzip(header: bytes | None, taken: bool) -> None:
    assert accepts_gzip(header) is taken


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        (b"nl", "nl"),
        (b"nl-BE,en;q=0.9", "nl"),
        (b"en-GB,nl;q=0.9", "en"),
        (b"de, nl;q=0.1", "nl"),
        (b"de", "en"),
        (b"nl;q=0", "en"),
        (b"*", "en"),
    ],
)
def test_the_language_that_a_client_likes_best(header: bytes | None, language: str) -> None:
    assert preferred_language(header) == language


def test_only_a_client_that_names_html_gets_pages() -> None:
    assert names_media_type(b"text/html,application/xhtml+xml,*/*;q=0.8", "text/html")
    assert not names_media_type(b"*/*", "text/html")
    assert not names_media_type(None, "text/html")


def test_a_header_on_two_lines_is_one_list() -> None:
    asked = Asked([(b"accept", b"text/html"), (b"accept", b"application/json")])
    assert asked.accept == b"text/html, application/json"


# -- answers ------------------------------------------------------------------------------------------------------

LARGE = Answer(
    b'{"items":[' + b",".join([b'{"name":"Verpleegkunde"}'] * 200) + b"]}", {"Content-Type": "application/json"}
)


async def test_a_large_answer_is_compressed_for_who_takes_it() -> None:
    plain, packed = Sent(), Sent()
    await send_answer(plain, LARGE, Asked([]), head=False)
    await send_answer(packed, LARGE, Asked([(b"accept-encoding", b"gzip")]), head=False)
    assert b"content-encoding" not in plain.headers
    assert packed.headers[b"content-encoding"] == b"gzip"
    assert gzip.decompress(packed.body) == plain.body == LARGE.body
    assert int(packed.headers[b"content-length"]) == len(packed.body) < len(plain.body)
    assert packed.headers[b"etag"] != plain.headers[b"etag"]


async def test_a_small_answer_is_never_compressed() -> None:
    sent = Sent()
    await send_answer(sent, Answer(b"{}", {}), Asked([(b"accept-encoding", b"gzip")]), head=False)
    assert b"content-encoding" not in sent.headers
    assert sent.body == b"{}"


@pytest.mark.parametrize("encoding", [b"identity", b"gzip"])
async def test_a_client_that_has_this_representation_gets_no_body(encoding: bytes) -> None:
    first, again = Sent(), Sent()
    headers = [(b"accept-encoding", encoding)]
    await send_answer(first, LARGE, Asked(headers), head=False)
    tag = first.headers[b"etag"]
    status = await send_answer(again, LARGE, Asked([*headers, (b"if-none-match", b'"x", W/' + tag)]), head=False)
    assert status == again.status == 304
    assert again.body == b""
    assert again.headers[b"etag"] == tag
    assert b"content-length" not in again.headers


async def test_the_tag_of_another_representation_does_not_match() -> None:
    plain, other = Sent(), Sent()
    await send_answer(plain, LARGE, Asked([]), head=False)
    asked = Asked([(b"accept-encoding", b"gzip"), (b"if-none-match", plain.headers[b"etag"])])
    assert await send_answer(other, LARGE, asked, head=False) == 200


async def test_head_has_the_headers_of_get() -> None:
    get, head = Sent(), Sent()
    await send_answer(get, LARGE, Asked([]), head=False)
    await send_answer(head, LARGE, Asked([]), head=True)
    assert head.messages[0] == get.messages[0]
    assert head.body == b""


@pytest.mark.parametrize(
    ("header", "matched"),
    [(b"*", True), (b'"a"', True), (b'W/"a"', True), (b'"b", "a"', True), (b"a", False), (b'"A"', False), (b"", False)],
)
def test_if_none_match(header: bytes, matched: bool) -> None:
    assert matches_tag(header, b'"a"') is matched


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_other_bytes_have_another_tag(left: bytes, right: bytes) -> None:
    assert (Answer(left, {}).tag == Answer(right, {}).tag) is (left == right)


async def test_a_problem_speaks_the_language_and_its_status_is_a_text() -> None:
    for language, title in (("nl", "Niet gevonden"), ("en", "Not found")):
        sent = Sent()
        status = await send_problem(sent, NotFound(what="/x"), language, close=True)  # type: ignore[arg-type]
        body = orjson.loads(sent.body)
        assert (status, body["status"], body["title"]) == (404, "404", title)
        assert sent.headers[b"content-type"] == b"application/problem+json"
        assert sent.headers[b"content-language"] == language.encode()
        assert sent.headers[b"cache-control"] == b"no-store"
        assert sent.headers[b"connection"] == b"close"
        assert int(sent.headers[b"content-length"]) == len(sent.body)
