"""A function reaches no network: not the internet, not the host, not the platform, not a metadata service."""

import socket

import pytest


def connect(host, port, family="AF_INET"):
    import socket

    with socket.socket(getattr(socket, family), socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect((host, port))
            return "connected"
        except OSError as error:
            return error.errno or "timed out"


@pytest.mark.parametrize(
    "address", ["198.51.100.1", "169.254.169.254", "169.254.170.2", "10.0.0.1", "192.168.0.1", "8.8.8.8"]
)
def test_an_address_outside_has_no_route(inside, address):
    import errno

    assert inside(connect, address, 80) in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EPERM, errno.EACCES)


@pytest.mark.parametrize("address", ["fd00:ec2::254", "2001:db8::1", "::ffff:169.254.169.254"])
def test_an_ipv6_address_outside_has_no_route(inside, address):
    assert inside(connect, address, 80, "AF_INET6") not in ("connected", "timed out")


def test_no_datagram_leaves(inside):
    def send():
        import socket

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            try:
                client.sendto(b"x", ("198.51.100.1", 53))
                return "sent"
            except OSError as error:
                return error.errno

    assert inside(send) != "sent"


def test_the_servers_own_listener_is_not_reachable(inside, server):
    assert inside(connect, "127.0.0.1", server.port) not in ("connected", "timed out")


def test_a_listener_of_the_host_is_not_reachable(inside):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert inside(connect, "127.0.0.1", listener.getsockname()[1]) not in ("connected", "timed out")


def test_an_abstract_socket_of_the_host_is_not_reachable(inside):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0redoubt-test-abstract")
        listener.listen()

        def reach():
            import socket

            try:
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect("\0redoubt-test-abstract")
                    return "connected"
            except OSError as error:
                return error.errno

        assert inside(reach) != "connected"


def test_a_name_is_not_resolved(inside):
    def resolve():
        import socket

        try:
            return socket.getaddrinfo("example.com", 80)[0][4][0]
        except OSError:
            return "refused"

    assert inside(resolve) == "refused"


def test_there_is_only_the_loopback_interface(inside):
    def interfaces():
        with open("/proc/net/dev") as table:
            return [line.split(":")[0].strip() for line in table if ":" in line]

    assert inside(interfaces) == ["lo"]


def test_the_functions_own_loopback_works(inside):
    def talk():
        import socket

        with socket.create_server(("127.0.0.1", 0)) as listener:
            with socket.create_connection(listener.getsockname()) as client:
                other, _ = listener.accept()
                other.sendall(b"hello")
                return client.recv(5).decode()

    assert inside(talk) == "hello"


def test_another_invocation_cannot_be_answered(inside):
    def forge():
        import http.client
        import os

        outcomes = []
        for path in (
            "invocation/00000000-0000-4000-8000-000000000000/response",
            "invocation/x/error",
            "invocation//response",
        ):
            connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=3)
            connection.request("POST", "/2018-06-01/runtime/" + path, b'"forged"')
            outcomes.append(connection.getresponse().status)
        return outcomes

    assert all(status in (400, 403, 404) for status in inside(forge))


@pytest.mark.parametrize(
    "family, kind, protocol",
    [
        (17, 3, 0), (2, 3, 1), (2, 3, 255), (16, 3, 9), (16, 3, 12), (16, 3, 15), (40, 1, 0), (38, 5, 0), (44, 3, 0),
        (31, 3, 1), (15, 3, 2), (29, 3, 1), (10, 3, 58), (21, 5, 0), (30, 5, 0), (16, 3, 4),
    ],
    ids=["packet", "raw icmp", "raw ip", "netlink audit", "netlink netfilter", "netlink uevent", "vsock", "alg", "xdp",
         "bluetooth", "key", "can", "raw icmp6", "rds", "tipc", "netlink diagnosis"],
)  # fmt: skip
def test_a_socket_of_a_dangerous_kind_is_refused(inside, family, kind, protocol):
    def open_socket(family, kind, protocol):
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        fd = libc.socket(family, kind, protocol)
        return "opened" if fd >= 0 else ctypes.get_errno()

    import errno

    assert inside(open_socket, family, kind, protocol) in (errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT, errno.ENOSYS)
