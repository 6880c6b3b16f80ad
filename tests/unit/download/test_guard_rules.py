"""What one job may connect to, ask for and start; with sockets off and a resolver of the test's own."""

import socket
from pathlib import Path
from typing import Any

import pytest

from courier.download.guard.downloader import SAFE_OPTIONS, safe_options
from courier.download.guard.errors import ForbiddenAddressError, ForbiddenProgramError
from courier.download.guard.rules import Guard
from courier.download.guard.targets import Target

V4, V6 = socket.AF_INET, socket.AF_INET6
NAMES = {
    "localhost": frozenset({"127.0.0.1", "::1"}),
    "127.0.0.1": frozenset({"127.0.0.1"}),
    "::1": frozenset({"::1"}),
    "proxy.test": frozenset({"10.0.0.9"}),
    "public.test": frozenset({"93.184.216.34"}),
    "evil.test": frozenset({"93.184.216.34", "10.0.0.1"}),
}


def guard(*allowed: str, proxy: str = "", programs: tuple[str, ...] = ()) -> Guard:
    return Guard(
        allowed=allowed,
        proxy=proxy,
        programs=map(Path, programs),
        resolve=lambda host, _: NAMES.get(host, frozenset()),
    )


def connects(rules: Guard, asked: tuple[Any, Any], address: Any, family: int = V4) -> bool:
    """Whether a connection is made that was asked for by a name."""
    rules.asks(*asked)
    try:
        rules.check_connection(family, address)
    except ForbiddenAddressError:
        return False
    return True


@pytest.mark.parametrize(
    ("asked", "address", "family", "expected"),
    [
        (("localhost", 8080), ("127.0.0.1", 8080), V4, True),
        (("LOCALHOST.", "8080"), ("127.0.0.1", 8080), V4, True),
        ((b"localhost", 8080), ("::1", 8080, 0, 0), V6, True),
        (("localhost", 8080), ("127.0.0.1", 9001), V4, False),  # what connects isn't what was asked for
        (("localhost", 9001), ("127.0.0.1", 9001), V4, False),  # another port
        (("127.0.0.1", 8080), ("127.0.0.1", 8080), V4, False),  # another name for it
        (("evil.test", 8080), ("127.0.0.1", 8080), V4, False),
        (("localhost", 8080), ("127.0.0.2", 8080), V4, False),  # the name moved
        (("localhost", 8080), ("::ffff:127.0.0.1", 8080, 0, 0), V6, False),
        (("localhost", 8080), ("localhost", 8080), V4, False),  # it would be resolved a second time
        (("localhost", None), ("127.0.0.1", 8080), V4, False),
        (("localhost", "http-alt"), ("127.0.0.1", 8080), V4, False),
        (("evil.test", 443), ("93.184.216.34", 443), V4, True),  # where it leads now is public
        (("evil.test", 443), ("10.0.0.1", 443), V4, False),
    ],
)
def test_a_private_target_by_name_port_and_address(asked: Any, address: Any, family: int, expected: bool) -> None:
    assert connects(guard("localhost:8080"), asked, address, family) is expected


@pytest.mark.parametrize("address", ["/var/run/docker.sock", b"\0abstract", (1234, 9001), (0, 0)])
def test_other_families(address: Any) -> None:
    family = socket.AF_UNIX if not isinstance(address, tuple) else int(socket.AF_VSOCK)
    assert not connects(guard(), ("x", 1), address, family)


def test_after_a_refusal_nothing_is_connected_any_more() -> None:
    rules = guard()
    assert connects(rules, ("public.test", 80), ("93.184.216.34", 80))
    assert not connects(rules, ("evil.test", 80), ("10.0.0.1", 80))
    assert not connects(rules, ("public.test", 80), ("93.184.216.34", 80))
    assert rules.refusal is not None
    assert (rules.refusal.address, rules.refusal.asked) == ("10.0.0.1:80", "evil.test:80")


def test_datagrams() -> None:
    guard().check_datagram(None)
    with pytest.raises(ForbiddenAddressError):
        guard().check_datagram(("93.184.216.34", 53))


@pytest.mark.parametrize("raised", [None, ValueError("something else")])
def test_what_comes_of_a_job_is_its_refusal(raised: Exception | None) -> None:
    rules = guard()

    def job() -> None:
        with rules.deciding():
            assert not connects(rules, ("evil.test", 80), ("10.0.0.1", 80))
            if raised:
                raise raised

    with pytest.raises(ForbiddenAddressError, match=r"^forbidden address: 10\.0\.0\.1:80"):
        job()


def test_what_comes_of_a_job_without_one() -> None:
    with guard().deciding():
        pass
    with pytest.raises(ValueError, match="something else"), guard().deciding():
        raise ValueError("something else")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "x",
            "//host/x",
            "http:///x",
            "http://",
            "http:x",
            "https://[::1",
            "http://host:99999/",
            "http://host:x/",
        ),
        *("file:///etc/passwd", "ftp://host/x", "data:text/html,x", "rtmp://host/x", "mms://host/x", "gopher://host/x"),
        *("javascript:alert(1)", "unix:///run/x.sock", "HTTP+UNIX://x/", "http://user@host/", "http://user:word@host/"),
        *("http://:word@host/", "https://public.test@127.0.0.1/"),
    ],
)
def test_links_that_are_none(url: str) -> None:
    with pytest.raises(ForbiddenAddressError) as caught:
        guard().check_entry(url)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://host/x", "HTTPS://host:8443/x?y#z", "http://127.0.0.1/", "http://[::1]:80/"])
def test_links(url: str) -> None:
    """Where they lead is seen when they connect."""
    guard().check_entry(url)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET http://public.test/x HTTP/1.1\r\n", True),
        (b"CONNECT public.test:443 HTTP/1.1\r\n", True),
        (b"CONNECT [2606:4700::1]:443 HTTP/1.1\r\n", True),
        (b"GET /x HTTP/1.1\r\n", True),
        (b"GET http://localhost:8080/x HTTP/1.1\r\n", True),
        (b"GET http://localhost/x HTTP/1.1\r\n", False),
        (b"POST http://169.254.169.254/x HTTP/1.1\r\n", False),
        (b"GET http://2130706433/x HTTP/1.1\r\n", False),
        (b"GET http://evil.test/x HTTP/1.1\r\n", False),
        (b"GET http://unknown.test/x HTTP/1.1\r\n", False),
        (b"CONNECT 127.0.0.1:9001 HTTP/1.1\r\n", False),
        (b"CONNECT evil.test:443 HTTP/1.0\r\n", False),
        (b"CONNECT nonsense HTTP/1.1\r\n", False),
    ],
)
def test_what_is_asked_of_a_proxy(sent: bytes, expected: bool) -> None:
    rules = guard("localhost:8080", proxy="proxy.test:3128")
    assert connects(rules, ("proxy.test", 3128), ("10.0.0.9", 3128))
    if expected:
        rules.check_sent(sent)
        return
    with pytest.raises(ForbiddenAddressError):
        rules.check_sent(sent)


FFMPEG = "/opt/bin/ffmpeg"


@pytest.mark.parametrize(
    "arguments",
    [
        ["-i", "file:a.mp4", "-c", "copy", "file:b.mp4"],
        ["-i", "/tmp/a.mp4", "-metadata", "comment=https://x", "b.mp4"],
        ["-i", "-", "-f", "mp4", "-"],
        ["-i", "pipe:0", "b.mp4"],
        ["-version"],
    ],
)
def test_programs(arguments: list[str]) -> None:
    guard(programs=(FFMPEG,)).check_program(FFMPEG, [FFMPEG, *arguments])


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("ffmpeg", ["-version"]),
        ("/bin/sh", ["-c", "ffmpeg"]),
        (FFMPEG, ["-i", "https://x/a.mp4", "b.mp4"]),
        (FFMPEG, ["-i", "HTTP://x/a.mp4", "b.mp4"]),
        (FFMPEG, ["-i", "tcp:127.0.0.1:9001", "b.mp4"]),
        (FFMPEG, ["-i", "file://x/y", "b.mp4"]),
        (FFMPEG, ["-i", "concat:a.mp4|http:b", "b.mp4"]),
        (FFMPEG, ["-i", "a.mp4", "rtmp://x/y"]),
        (FFMPEG, [b"-i", b"https://x/a.mp4"]),
        (FFMPEG, ["run", "--allow-net", "-"]),
        (FFMPEG, ["run", "--allow-net=127.0.0.1", "-"]),
        (FFMPEG, ["run", "-A", "-"]),
        (FFMPEG, ["run", "--allow-all", "-"]),
    ],
)
def test_programs_that_would_connect(program: str, arguments: list[Any]) -> None:
    with pytest.raises(ForbiddenProgramError):
        guard(programs=(FFMPEG,)).check_program(program, [program, *arguments])


@pytest.mark.parametrize(
    "text", ["", "host", "host:", ":80", "host:0", "host:65536", "host:x", "::1:80", "[h]:80", "h:٨"]
)
def test_targets_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"host:port|brackets"):
        Target.of(text)


@pytest.mark.parametrize("name", SAFE_OPTIONS)
def test_no_job_loosens_the_options(name: str) -> None:
    assert safe_options({name: "hostile"})[name] == SAFE_OPTIONS[name]
    assert safe_options({"postprocessor_args": {"ffmpeg_i": ["-x"], "ffmpeg_o": ["-y"]}})["postprocessor_args"] == {
        "ffmpeg_i": safe_options({})["postprocessor_args"]["ffmpeg_i"],
        "ffmpeg_o": ["-y"],
    }
