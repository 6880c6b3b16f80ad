"""Which addresses anybody on the internet may reach. All others are refused, also those that nobody has thought of yet.

Sources: IANA's special-purpose registries for IPv4 and IPv6, RFC 6890; RFC 4291 (mapped), 6052 and 8215 (NAT64), 3056
(6to4), 4380 (Teredo), 5214 (ISATAP).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_V4 = tuple(
    (IPv4Network(network), words)
    for network, words in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by carriers"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "metadata"),  # Azure's, though public by its number
        ("169.254.0.0/16", "link-local"),  # with the metadata services of most clouds
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignment"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "anycast of a protocol"),
        ("192.52.193.0/24", "anycast of a protocol"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "anycast of a protocol"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
#: What IPv6 gives to hosts; all else is loopback, link-local, unique local, multicast or unassigned.
_V6_GLOBAL = IPv6Network("2000::/3")
_V6 = tuple(
    (IPv6Network(network), words)
    for network, words in (
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignment"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "anycast of a protocol"),
        ("3fff::/20", "documentation"),
    )
)
#: Addresses that mean an IPv4 address in their last 32 bits, to the kernel or to a network's translator.
_MAPPED, _NAT64 = IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")
#: The interface identifiers of ISATAP, which hold an IPv4 address behind any prefix.
_ISATAP = (0x00005EFE, 0x02005EFE)


def why_refused(address: str) -> str:
    """Why no download may connect to an address, in a few words; empty where it may.

    Strict: only the one way to write an address counts as one. What the C library would understand as well (`127.1`,
    `0x7f000001`, `017700000001`) is resolved to an address before anybody connects, and a name at this point would be
    resolved a second time.

    >>> why_refused("93.184.216.34"), why_refused("2606:4700::6810:84e5"), why_refused("::ffff:93.184.216.34")
    ('', '', '')
    >>> why_refused("127.0.0.1"), why_refused("::ffff:10.0.0.1"), why_refused("fe80::1%eth0"), why_refused("2130706433")
    ('loopback', 'private', 'not global', 'no address')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return "no address"
    return _why_v4(found) if isinstance(found, IPv4Address) else _why_v6(found)


def canonical(address: str) -> str:
    """The one way to write an address, so that equal ones compare equal; other texts as they are, in lower case.

    >>> canonical("0:0::1"), canonical("127.0.0.1"), canonical("LocalHost.")
    ('::1', '127.0.0.1', 'localhost')
    """
    try:
        return str(ip_address(address))
    except ValueError:
        return address.lower().removesuffix(".")


def _why_v4(address: IPv4Address) -> str:
    return next((words for network, words in _V4 if address in network), "")


def _why_v6(address: IPv6Address) -> str:
    if address.scope_id is not None:
        return "not global"
    if address in _MAPPED or address in _NAT64:
        return _why_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    if address not in _V6_GLOBAL:
        return "loopback" if address.is_loopback else "not global"
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return "ISATAP"
    return next((words for network, words in _V6 if address in network), "")
