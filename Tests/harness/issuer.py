"""An OpenID Connect provider of a test's own: HTTPS under an authority that nobody knows, keys, and tokens signed by them."""

import base64
import datetime
import hashlib
import json
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUDIENCE = "sts.amazonaws.com"
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
DAY = datetime.timedelta(days=1)


def base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value, length=None):
    return base64url(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


class Key:
    """A key with the name that the set of keys gives it."""

    def __init__(self, name, private):
        self.name, self.private = name, private

    @classmethod
    def rsa(cls, name, bits=2048):
        return cls(name, rsa.generate_private_key(public_exponent=65537, key_size=bits))

    @classmethod
    def curve(cls, name, curve=None):
        return cls(name, ec.generate_private_key(curve or ec.SECP256R1()))

    @property
    def public(self):
        """As it stands in a set of keys."""
        numbers = self.private.public_key().public_numbers()
        if isinstance(numbers, rsa.RSAPublicNumbers):
            return {"kid": self.name, "kty": "RSA", "use": "sig", "n": number(numbers.n), "e": number(numbers.e)}
        size = (self.private.curve.key_size + 7) // 8
        curve = {256: "P-256", 384: "P-384", 521: "P-521"}[self.private.curve.key_size]
        return {"kid": self.name, "kty": "EC", "crv": curve, "x": number(numbers.x, size), "y": number(numbers.y, size)}

    @property
    def pem(self):
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(encoding, form)

    def sign(self, text, algorithm):
        digest = HASHES[algorithm[2:]]()
        if algorithm.startswith("RS"):
            return self.private.sign(text, padding.PKCS1v15(), digest)
        r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(digest)))
        size = (self.private.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def written(header, claims, sign):
    """A token.

    - Parameter sign: makes a signature of a text
    """
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims)).encode()
    return f"{text.decode()}.{base64url(sign(text))}"


def signed_by_secret(secret, header, claims):
    """A token by the algorithm HS256, whatever the secret is."""

    def sign(text):
        code = hmac.HMAC(secret, hashes.SHA256())
        code.update(text)
        return code.finalize()

    return written({"alg": "HS256", **header}, claims, sign)


class Authority:
    """Makes certificates."""

    def __init__(self, name="Authority of a test"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._make(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None))

    @property
    def thumbprint(self):
        return hashlib.sha1(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def chain(self, folder, host="localhost", days=(-1, 1), uses=(ExtendedKeyUsageOID.SERVER_AUTH,)):
        """The path of a file with a server's key and its certificates, the authority's last."""
        key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = self._make(name, key, names, x509.ExtendedKeyUsage(uses), days=days)
        path, form = folder / "chain.pem", serialization.PrivateFormat.PKCS8
        private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        chain = [found.public_bytes(serialization.Encoding.PEM) for found in (certificate, self.certificate)]
        path.write_bytes(private + b"".join(chain))
        return path

    def _make(self, subject, key, *extensions, days=(-1, 1)):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + days[0] * DAY)
            .not_valid_after(now + days[1] * DAY)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self.key, hashes.SHA256())


class Issuer:
    """A provider at https://localhost:PORT/PATH. A context: its server ends with it."""

    def __init__(self, keys=(), path="", authority=None, **certificate):
        self.authority = authority or Authority()
        self.keys, self.path = list(keys), path
        self.requests = []
        """The paths that were asked for."""
        self.answers = {}
        """What is answered instead, by path: a status with a body, or a function that writes to the handler."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                issuer.requests.append(self.path)
                issuer.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            context.load_cert_chain(self.authority.chain(Path(folder), **certificate))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()

    @property
    def name(self):
        return f"localhost:{self.server.server_address[1]}{self.path}"

    @property
    def url(self):
        return f"https://{self.name}"

    @property
    def configuration(self):
        return {"issuer": self.url, "jwks_uri": self.url.rstrip("/") + "/keys"}

    @property
    def configuration_path(self):
        return self.path.rstrip("/") + "/.well-known/openid-configuration"

    @property
    def keys_path(self):
        return self.path.rstrip("/") + "/keys"

    def answer(self, handler):
        documents = {
            self.configuration_path: lambda: self.configuration,
            self.keys_path: lambda: {"keys": [key if isinstance(key, dict) else key.public for key in self.keys]},
        }
        answer = self.answers.get(handler.path)
        if callable(answer):
            return answer(handler)
        status, body = answer or (200, json.dumps(documents[handler.path]()))
        return respond(handler, status, body.encode())

    def claims(self, **changes):
        """Those of a token that counts; one that is changed to None is left out."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": "job-1", "aud": AUDIENCE, "iat": now, "exp": now + 600, **changes}
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, key=None, algorithm=None, header=None, **changes):
        """By the first key, if nothing is said. Keywords are claims."""
        key = key or self.keys[0]
        algorithm = algorithm or ("RS256" if isinstance(key.private, rsa.RSAPrivateKey) else "ES256")
        whole = {"alg": algorithm, "typ": "JWT", "kid": key.name, **(header or {})}
        whole = {name: value for name, value in whole.items() if value is not None}
        return written(whole, self.claims(**changes), lambda text: key.sign(text, algorithm))


def respond(handler, status, body, **headers):
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
