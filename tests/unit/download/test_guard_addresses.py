"""Every form of address that a link can lead to, and which of them anybody may reach."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.download.guard.addresses import canonical, why_refused

REFUSED = {
    "this host": ["0.0.0.0", "0.1.2.3", "0.255.255.255"],
    "private": ["10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.0", "192.168.255.255"],
    "shared by carriers": ["100.64.0.0", "100.100.100.200", "100.127.255.255"],
    "loopback": ["127.0.0.1", "127.0.0.2", "127.255.255.255", "::1"],
    "link-local": ["169.254.0.0", "169.254.169.254", "169.254.170.2", "169.254.100.1", "169.254.255.255"],
    "metadata": ["168.63.129.16"],
    "protocol assignment": ["192.0.0.1", "192.0.0.192", "2001:2::1", "2001:10::1", "2001:20::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff::1"],
    "6to4 relay": ["192.88.99.1"],
    "benchmarking": ["198.18.0.0", "198.19.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255"],
    "reserved": ["240.0.0.0", "255.255.255.255"],
    "6to4": ["2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:5db8:d822::1"],
    "Teredo": ["2001::1", "2001:0:7f00:1::"],
    "ISATAP": ["2600::5efe:7f00:1", "2600::200:5efe:a00:1"],
    "not global": [
        *("::", "::2", "fe80::1", "fe80::1%eth0", "fe80::1%1", "2606:4700::1%eth0", "fec0::1", "fc00::1", "fd00::1"),
        *("fd00:ec2::254", "ff02::1", "ff0e::1", "::127.0.0.1", "::93.184.216.34", "64:ff9b:1::7f00:1", "100::1"),
        *("5f00::1", "4000::1", "::ffff:0:127.0.0.1"),
    ],
    "no address": [
        *("", "localhost", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "127.0.0.01"),
        *("127.0.0.1.", " 127.0.0.1", "127.0.0.1 ", "127.0.0.1%eth0", "[::1]", "127.0.0.1:80", "١٢٧.0.0.1", "1.2.3"),
        *("fe80::1%", "::ffff:127.1", "12345::", "/var/run/docker.sock", "\x00", "93.184.216.34\n"),
    ],
}
ALLOWED = [
    *(
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
    ),
    *("128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"),
    *("198.17.255.255", "198.20.0.0", "223.255.255.255", "52.94.236.248"),
    *("2606:4700::6810:84e5", "2a00:1450:4001:82f::200e", "2600:1f18::1", "2001:4860:4860::8888", "2001:200::1"),
    *("::ffff:93.184.216.34", "::ffff:5db8:d822", "64:ff9b::5db8:d822"),
]


@pytest.mark.parametrize(("reason", "address"), [(reason, one) for reason, all_ in REFUSED.items() for one in all_])
def test_refused(reason: str, address: str) -> None:
    assert why_refused(address) == reason


@pytest.mark.parametrize("address", ALLOWED)
def test_allowed(address: str) -> None:
    assert why_refused(address) == ""


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_judged_as_itself(address: IPv4Address) -> None:
    reason = why_refused(str(address))
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        assert why_refused(str(IPv6Address(int(IPv6Address(prefix)) | int(address)))) == reason


@given(st.ip_addresses())
def test_never_laxer_than_python(address: IPv4Address | IPv6Address) -> None:
    """Python's own idea of what is global; what stands inside a mapped or translated address is judged as itself."""
    if why_refused(str(address)) == "":
        inside = _inside(address)
        assert inside.is_global
        assert not any((inside.is_multicast, inside.is_loopback, inside.is_link_local, inside.is_reserved))


def _inside(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv6Address) and address in IPv6Network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return getattr(address, "ipv4_mapped", None) or address


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0:0:0:0:0:0:0:1", "::1"),
        ("::FFFF:127.0.0.1", "::ffff:127.0.0.1"),
        ("Example.ORG.", "example.org"),
        ("127.1", "127.1"),
    ],
)
def test_one_way_to_write_it(text: str, same: str) -> None:
    assert canonical(text) == same
