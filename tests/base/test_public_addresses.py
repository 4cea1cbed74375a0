"""No address of a special block of IPv4 or IPv6 is public, at its edges and anywhere inside; what lies beside it is."""

import random
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.fetching import Fetcher, FetchFailed, Trouble
from hub.public_addresses import is_public

# The registries of special addresses (RFC 6890 with its successors), multicast, and what carries IPv4 in IPv6.
INSIDE = {
    "this network": "0.0.0.0/8",
    "private": "10.0.0.0/8",
    "private 172": "172.16.0.0/12",
    "private 192": "192.168.0.0/16",
    "shared by customers of providers": "100.64.0.0/10",
    "loopback": "127.0.0.0/8",
    "link-local": "169.254.0.0/16",
    "metadata of clouds": "169.254.169.254/32",
    "metadata of another cloud": "100.100.100.200/32",
    "inner service of a cloud": "168.63.129.16/32",
    "protocol assignments": "192.0.0.0/24",
    "documentation 1": "192.0.2.0/24",
    "documentation 2": "198.51.100.0/24",
    "documentation 3": "203.0.113.0/24",
    "relays for 6to4": "192.88.99.0/24",
    "measurements": "198.18.0.0/15",
    "multicast": "224.0.0.0/4",
    "reserved": "240.0.0.0/4",
    "broadcast": "255.255.255.255/32",
    "unspecified v6": "::/128",
    "loopback v6": "::1/128",
    "IPv4 compatible": "::/96",
    "IPv4 mapped": "::ffff:0:0/96",
    "IPv4 translated": "::ffff:0:0:0/96",
    "NAT64": "64:ff9b::/96",
    "NAT64 local": "64:ff9b:1::/48",
    "discard": "100::/64",
    "dummy": "100:0:0:1::/64",
    "Teredo": "2001::/32",
    "benchmarking": "2001:2::/48",
    "ORCHID": "2001:10::/28",
    "ORCHID 2": "2001:20::/28",
    "documentation v6": "2001:db8::/32",
    "6to4": "2002::/16",
    "documentation v6 again": "3fff::/20",
    "segment routing": "5f00::/16",
    "unique local": "fc00::/7",
    "metadata v6": "fd00:ec2::254/128",
    "link-local v6": "fe80::/10",
    "site-local": "fec0::/10",
    "multicast v6": "ff00::/8",
}
OUTSIDE = ["1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"]
OUTSIDE += ["169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255"]
OUTSIDE += ["192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::", "2003::", "2600::1"]


def some_of(network: str) -> list[str]:
    """The edges of a block and a hundred addresses between them, the same ones every time."""
    block, chance = ip_network(network), random.Random(network)
    last = block.num_addresses - 1
    return [str(block[number]) for number in {0, last, *(chance.randint(0, last) for _ in range(100))}]


@pytest.mark.parametrize("name", INSIDE)
def test_no_address_of_a_special_block_is_public(name: str) -> None:
    assert [address for address in some_of(INSIDE[name]) if is_public(address)] == []


@pytest.mark.parametrize("name", INSIDE)
def test_a_name_that_leads_into_a_special_block_is_never_connected(name: str) -> None:
    for address in some_of(INSIDE[name])[:3]:
        with pytest.raises(FetchFailed) as failed:
            Fetcher(resolver=lambda _host, _port, found=address: ["93.184.215.14", found]).fetch("https://a.example/")
        assert failed.value.trouble is Trouble.INSIDE


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_lies_beside_a_block_is_public(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address))
@settings(max_examples=500, deadline=None)
def test_nothing_is_public_that_the_standard_library_calls_special(address: IPv4Address | IPv6Address) -> None:
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    if special or address.is_reserved or address.is_unspecified:
        assert not is_public(str(address))


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_an_ipv4_address_in_the_clothes_of_ipv6_is_never_public(number: int) -> None:
    low, high = number & 0xFFFF, number >> 16
    for text in (
        f"::ffff:{IPv4Address(number)}",
        f"::{IPv4Address(number)}",
        f"::ffff:0:{IPv4Address(number)}",
        f"64:ff9b::{high:x}:{low:x}",
        f"64:ff9b:1::{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:{high:x}:{low:x}::1",
    ):
        assert ip_address(text)
        assert not is_public(text)
