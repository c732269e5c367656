import http.client
import http.server
import logging
import os
import socket
import ssl
import threading
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"pong")

    def log_message(self, *arguments):
        logging.getLogger("server").debug("%s", arguments)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://localhost:{server.server_port}/"
assert urllib.request.urlopen(url, timeout=20).read() == b"pong"
connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
connection.request("GET", "/")
assert connection.getresponse().read() == b"pong"
server.shutdown()

for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind((host, 0))
        datagrams.sendto(b"x", datagrams.getsockname())
        assert datagrams.recvfrom(8)[0] == b"x"
    with socket.create_server((host, 0), family=family) as listener:
        client = socket.create_connection(listener.getsockname()[:2], timeout=20)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer, _ = listener.accept()
        client.sendall(b"hi")
        assert peer.recv(2) == b"hi"
        client.shutdown(socket.SHUT_WR)
        assert peer.recv(1) == b""
near, far = socket.socketpair()
socket.send_fds(near, [b"x"], [0])
assert len(socket.recv_fds(far, 1, 1)[1]) == 1
near.sendmsg([b"a", b"b"])
assert far.recvmsg(2)[0] == b"ab"
assert {address[4][0] for address in socket.getaddrinfo("localhost", 80)} >= {"127.0.0.1"}
assert [name for _, name in socket.if_nameindex()] == ["lo"] and socket.gethostname() == "sandbox"
try:
    socket.getaddrinfo("no.such.name.example", 80)
    raise AssertionError("a name was found without a network")
except socket.gaierror as error:
    assert error.errno in (socket.EAI_AGAIN, socket.EAI_NONAME), error

context = ssl.create_default_context()
sent, received = ssl.MemoryBIO(), ssl.MemoryBIO()
stream = context.wrap_bio(received, sent, server_hostname="example.com")
try:
    stream.do_handshake()
except ssl.SSLWantReadError:
    assert sent.pending > 100
assert len(context.get_ca_certs()) >= 0 and os.urandom(4) and ssl.RAND_bytes(4)
print("all well")
