"""Addresses: one form for all spellings, and what is none."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.download.urls import MAX_LENGTH, BadUrlError, fetchable, normalised

SITE = "https://site.example"


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("site.example", f"{SITE}/"),
        ("//site.example/a", f"{SITE}/a"),
        ("  https://site.example/a\n", f"{SITE}/a"),
        ("http://site.example/a", f"{SITE}/a"),
        ("http://site.example:80/a", f"{SITE}/a"),
        ("https://site.example:443/a", f"{SITE}/a"),
        ("https://site.example:/a", f"{SITE}/a"),
        ("site.example:443/a", f"{SITE}/a"),
        ("http://site.example:8080/a", "http://site.example:8080/a"),
        ("http://site.example:443/a", "http://site.example:443/a"),
        ("https://site.example:80/a", "https://site.example:80/a"),
        ("HTTPS://SITE.Example/A", f"{SITE}/A"),
        ("https://site.example./a", f"{SITE}/a"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://BÜCHER.example/a", "https://xn--bcher-kva.example/a"),
        ("https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example/a"),
        ("https://site\u3002example/a", f"{SITE}/a"),
        ("https://my_site.example/", "https://my_site.example/"),
        ("http://[2001:DB8:0::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("http://127.0.0.1:9001/a", "http://127.0.0.1:9001/a"),
        ("http://localhost:9001/a", "http://localhost:9001/a"),
        ("https://site.example/%7ea/%2f/%c3%a9/é", f"{SITE}/~a/%2F/%C3%A9/%C3%A9"),
        ("https://site.example/100%/%zz", f"{SITE}/100%25/%25zz"),
        ("https://site.example/a/./b/../c", f"{SITE}/a/c"),
        ("https://site.example/../../a/..", f"{SITE}/"),
        ("https://site.example//a//", f"{SITE}//a//"),
        ("https://site.example/a?z=1&a=2&m=3", f"{SITE}/a?a=2&m=3&z=1"),
        ("https://site.example/a?b=2&b=1&&", f"{SITE}/a?b=2&b=1"),
        ("https://site.example/a?b=1&utm_source=x&UTM_Medium=y&fbclid=z&gclid=1&igsh=2", f"{SITE}/a?b=1"),
        ("https://site.example/a?id=1&si=2&t=3&feature=4", f"{SITE}/a?feature=4&id=1&si=2&t=3"),
        ("https://site.example/a?u=https://b.example/?c", f"{SITE}/a?u=https://b.example/?c"),
        ("https://site.example/a?", f"{SITE}/a"),
        ("https://site.example/a#top", f"{SITE}/a"),
        ("https://site.example/#/watch/1", f"{SITE}/#/watch/1"),
        ("https://site.example/#!watch", f"{SITE}/#!watch"),
        ("https://site.example/@user/1", f"{SITE}/@user/1"),
    ],
)
def test_spellings_of_one_address_have_one_form(url: str, form: str) -> None:
    assert normalised(url) == form


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "   ",
            "hello",
            "what is this",
            "https://",
            "https:///a",
            "https://?a",
            "//",
            "/a.b",
            "?a.b",
            ".",
            "..",
            "https://.",
        ),
        *(
            "ftp://site.example/a",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,a",
            "mailto:a@b.example",
        ),
        *("gopher://site.example", "rtmp://site.example/a", "ytsearch:cats", "ytdl://a", "site.example:abc/"),
        *(
            "https://user@site.example/",
            "https://user:word@site.example/",
            "https://@site.example/",
            "user@site.example/a",
        ),
        *(
            "https://site.example\\@evil.example/",
            "https://site.example/a\tb",
            "https://site.example/a\nb",
            "https://a b.example/",
        ),
        *(
            "https://site.example/\x00",
            "https://site.example/\u202e",
            "https://site.example/\ud800",
            "https://\u2100.example/",
        ),
        *(
            "https://a..example/",
            "https://site.example../",
            "https://-a.example/",
            "https://exa%6dple.com/",
            "https://a,b.example/",
        ),
        *(f"https://{'a' * 64}.example/", f"https://{'a.' * 130}example/", f"https://site.example/{'a' * MAX_LENGTH}"),
        *(
            "https://site.example:99999/",
            "https://site.example:-1/",
            "https://[::1",
            "https://[::1%25eth0]/",
            "https://[a.example]/",
        ),
        *("https://site.example/#__youtubedl_smuggle=%7B%7D", "https://site.example/#/a#__YoutubeDL_smuggle={}"),
        "https://xn--/",
    ],
)
def test_what_is_no_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadUrlError, match=r"^(This|Links|Only|There).*\.$"):
        normalised(url)
    with pytest.raises(BadUrlError):
        fetchable(url)


_PARTS = st.one_of(
    st.sampled_from(
        ["http", "https", "://", ":", "/", "//", "?", "&", "=", "#", "@", "%", "%2", "%35", "..", ".", "[", "]", "\\"]
    ),
    st.sampled_from(
        ["youtube.com", "youtu.be/", "x.com", "watch?v=", "dQw4w9WgXcQ", "utm_source=a", ":80", "[::1]", "xn--a", "é"]
    ),
    st.text(max_size=5),
)


@given(st.lists(_PARTS, max_size=12).map("".join))
def test_a_form_is_its_own_form_and_nothing_else_is_raised(url: str) -> None:
    with contextlib.suppress(BadUrlError):
        form = normalised(url)

        assert normalised(form) == form
        assert form.isascii()
        assert "__youtubedl_smuggle" not in fetchable(url)


@given(st.text(alphabet="ab%2346/.?&=#+é", max_size=20))
def test_forms_of_all_paths_are_their_own(rest: str) -> None:
    form = normalised(f"{SITE}/{rest}")

    assert normalised(form) == form


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://m.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=4", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (
            "http://Cdn.Example:80/a%7eb.mp4?z=%2f&a|=2&utm_source=s",
            "http://cdn.example/a%7eb.mp4?z=%2f&a|=2&utm_source=s",
        ),
        ("cdn.example/a.mp4", "https://cdn.example/a.mp4"),
        ("https://site.example/videos#v12", "https://site.example/videos#v12"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ("http://youtu.be:8080/dQw4w9WgXcQ", "http://youtu.be:8080/dQw4w9WgXcQ"),
    ],
)
def test_what_is_asked_for_is_what_was_given_but_for_sites_that_are_known(url: str, address: str) -> None:
    assert fetchable(url) == address
