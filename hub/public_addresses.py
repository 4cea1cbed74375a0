"""Which network addresses belong to the outside world: everything that could lie inside is refused (R-SEC-08)."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Written out, since what Python calls global changed with its releases. RFC 6890 with its registries, and clouds.
_INSIDE_4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by providers' customers; holds one cloud's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's inner service on an address that looks public
        "169.254.0.0/16",  # link-local; holds the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays into IPv6
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_OUTSIDE_6 = IPv6Network("2000::/3")  # all else is local, mapped, translated (NAT64), multicast or not given out
_INSIDE_6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # tunnels and tests, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # carries an IPv4 address (6to4)
        "3fff::/20",
    )
)


def is_public(text: str) -> bool:
    """Tell whether an address (as a resolver writes it) is one of the open internet; False when it is none at all."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in net for net in _INSIDE_4)
    if address.scope_id or address not in _OUTSIDE_6:
        return False
    return not any(address in net for net in _INSIDE_6)
