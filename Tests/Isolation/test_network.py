"""A function reaches no network: not the internet, not the host, not the platform, not a metadata service."""

import errno
import socket
import struct

import pytest
from harness.attacker import call, out, run, value_of

NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EPERM, errno.EACCES)
HIGH = 1 << 32
"""A bit that the kernel drops from an int: a filter that compares the whole register would not see the number below."""
NO_SUCH_SOCKET = (
    errno.EPERM,
    errno.EACCES,
    errno.EAFNOSUPPORT,
    errno.EPROTONOSUPPORT,
    errno.ESOCKTNOSUPPORT,
    errno.ENOSYS,
)


def address_of(host, port):
    """A sockaddr. The host as the resolver of C reads it: also decimal, octal and hexadecimal."""
    if ":" in host:
        return struct.pack("=H", socket.AF_INET6) + struct.pack(
            "!HI16sI", port, 0, socket.inet_pton(socket.AF_INET6, host), 0
        )
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton(host))


def connect(attacker, host, port):
    """The errno, 0 for a connection. What never answers would end the invocation, and the test, by its time limit."""
    address = address_of(host, port)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened, connected, _ = attacker.do(
        call("socket", int(family), 1, 0),
        call("connect", value_of(0), address, len(address)),
        call("close", value_of(0)),
    )
    return opened.error or connected.error


@pytest.mark.attack("T08", "T21")
@pytest.mark.parametrize(
    "address",
    [
        "198.51.100.1",
        "10.0.0.1",
        "192.168.0.1",
        "172.17.0.1",
        "8.8.8.8",
        "198.18.0.2",
        "2001:db8::1",
        "fe80::1",
        "ff02::1",
    ],
)
def test_an_address_outside_has_no_route(attacker, address):
    assert connect(attacker, address, 80) in (*NO_WAY, errno.EINVAL)


@pytest.mark.attack("T09")
@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376", "169.254.43518",
     "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254",
     "fd00:ec2::23",
     "fd20:ce::254", "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::169.254.169.254", "::ffff:169.254.170.2"],
)  # fmt: skip
@pytest.mark.parametrize("port", [80, 53])
def test_no_metadata_service_is_reached_in_any_spelling(attacker, address, port):
    assert connect(attacker, address, port) in NO_WAY


@pytest.mark.attack("T09")
@pytest.mark.parametrize(
    "name", ["metadata.google.internal", "metadata", "instance-data", "instance-data.ec2.internal",
    "169.254.169.254.nip.io",
             "kubernetes.default.svc", "example.com"],
)  # fmt: skip
def test_no_name_of_a_metadata_service_is_resolved(attacker, name):
    lookup = attacker.do(run("/usr/bin/getent", "ahosts", name))[0]
    assert lookup.value != 0 and not lookup.data


@pytest.mark.attack("T08", "T20")
@pytest.mark.parametrize(
    "address", ["198.51.100.1", "8.8.8.8", "169.254.169.254", "255.255.255.255", "224.0.0.251", "::ffff:8.8.8.8"]
)
def test_no_datagram_leaves(attacker, address):
    target = address_of(address, 53)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened, sent = attacker.do(
        call("socket", int(family), 2, 0), call("sendto", value_of(0), b"x", 1, 0, target, len(target))
    )  # fmt: skip
    assert opened.succeeded and sent.error in NO_WAY


@pytest.mark.attack("T21")
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0.0.0.0", "127.1", "0x7f000001", "::1", "::ffff:127.0.0.1", "198.18.0.1"]
)
def test_the_servers_own_listener_is_not_reachable(attacker, server, host):
    assert connect(attacker, host, server.port) not in (0, errno.ETIMEDOUT)


@pytest.mark.attack("T21")
def test_a_listener_of_the_host_is_not_reachable(attacker):
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        addresses = {
            "127.0.0.1",
            *(entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)),
        }
        for address in addresses:
            assert connect(attacker, address, port) not in (0, errno.ETIMEDOUT)


@pytest.mark.attack("T08")
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET])
def test_an_abstract_socket_of_the_host_is_not_reachable(attacker, kind):
    with socket.socket(socket.AF_UNIX, kind) as listener:
        listener.bind("\0redoubt-test-abstract")
        if kind != socket.SOCK_DGRAM:
            listener.listen()
        address = struct.pack("=H", socket.AF_UNIX) + b"\0redoubt-test-abstract"
        opened, connected = attacker.do(
            call("socket", 1, int(kind), 0), call("connect", value_of(0), address, len(address))
        )
        assert opened.succeeded and connected.error == errno.ECONNREFUSED


@pytest.mark.attack("T16")
def test_an_abstract_socket_of_another_environment_is_not_reachable(deploy_attacker):
    address = struct.pack("=H", socket.AF_UNIX) + b"\0between-functions"
    held, reaching = deploy_attacker(), deploy_attacker()
    bound = held.do(call("socket", 1, 2, 0), call("bind", value_of(0), address, len(address)))
    reached = reaching.do(call("socket", 1, 2, 0), call("connect", value_of(0), address, len(address)))
    assert bound[1].succeeded and reached[1].error == errno.ECONNREFUSED


@pytest.mark.attack("T08")
def test_there_is_only_the_loopback_interface_and_no_route(attacker):
    table = attacker.read("/proc/net/dev").text
    assert [line.split(":")[0].strip() for line in table.splitlines() if ":" in line] == ["lo"]
    assert len(attacker.read("/proc/net/route").text.splitlines()) <= 1


@pytest.mark.attack("T08")
def test_no_address_or_route_can_be_added(attacker):
    """A netlink socket of NETLINK_ROUTE may ask, and change nothing."""
    header = struct.pack("=IHHII", 32, 20, 0x405, 1, 0)  # RTM_NEWADDR, create, with an acknowledgement
    message = (
        header + struct.pack("=BBBBI", socket.AF_INET, 24, 0, 0, 1) + struct.pack("=HH", 8, 2) + bytes([10, 9, 8, 7])
    )
    opened, sent, answer = attacker.do(
        call("socket", 16, 3, 0), call("sendto", value_of(0), message, len(message), 0, 0, 0),
        call("recvfrom", value_of(0), out(256), 256, 0, 0, 0),
    )  # fmt: skip
    assert opened.succeeded and sent.succeeded
    kind, error = struct.unpack_from("=4xH10xi", answer.data)
    assert kind == 2 and -error == errno.EPERM


def test_the_functions_own_loopback_works(inside):
    def talk():
        import socket

        with socket.create_server(("127.0.0.1", 0)) as listener:
            with socket.create_connection(listener.getsockname()) as client:
                other, _ = listener.accept()
                other.sendall(b"hello")
                return client.recv(5).decode()

    assert inside(talk) == "hello"


@pytest.mark.attack("T08")
@pytest.mark.parametrize(
    "family, kind, protocol",
    [
        (17, 3, 0), (17, 2, 768), (2, 3, 1), (2, 3, 255), (2, 10, 0), (16, 3, 1), (16, 3, 4), (16, 3, 5), (16, 3, 9),
        (16, 3, 10),
        (16, 3, 12), (16, 3, 15), (16, 3, 16), (16, 2, 21), (40, 1, 0), (38, 5, 0), (44, 3, 0), (31, 3, 1), (15, 3, 2),
        (29, 3, 1),
        (10, 3, 58), (21, 5, 0), (30, 5, 0), (39, 3, 1), (43, 1, 0), (2, 1, 262), (2, 2, 136), (1, 3, 0), (4, 2, 0),
        (5, 2, 0),
        (HIGH | 2, 3, 1), (HIGH | 17, 3, 0), (16, 3, HIGH | 9), (2, HIGH | 3, 1),
    ],
    ids=["packet", "packet datagram", "raw icmp", "raw ip", "packet type", "netlink unused", "netlink sock diag",
         "netlink nflog", "netlink audit", "netlink fib", "netlink netfilter", "netlink uevent", "netlink generic",
         "netlink crypto", "vsock", "alg", "xdp", "bluetooth", "key", "can", "raw icmp6", "rds", "tipc", "nfc", "smc",
         "mptcp",
         "udp lite", "unix raw", "ipx", "appletalk", "raw with high bits",
         "packet with high bits", "netlink audit with high bits", "raw by a kind with high bits"],
)  # fmt: skip
def test_a_socket_of_a_dangerous_kind_is_refused(attacker, family, kind, protocol):
    assert attacker.call("socket", family, kind, protocol).error in NO_SUCH_SOCKET
