"""A real TLS server on the loopback with a certificate of a test authority, for fetching over the network."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.fetching import Fetcher

HOST = "kalender.example"


@dataclass
class Answer:
    """What the server says; `write` writes the body by itself where it must be odd."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Server:
    """A running server: what it answers, what it was asked, and how one fetches from it."""

    port: int
    ca_file: str
    answer: Answer = field(default_factory=Answer)
    asked: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str = "/kalender.ics") -> str:
        """The address under its certificate's name."""
        return f"https://{HOST}:{self.port}{path}"

    def fetcher(self, **changes: object) -> Fetcher:
        """Fetch with the name resolved to the loopback and the operator's permission."""
        facts: dict[str, object] = {"inside": frozenset({f"{HOST}:{self.port}"}), "ca_file": self.ca_file}
        return Fetcher(**{**facts, "resolver": lambda _host, _port: ["127.0.0.1"], **changes})  # type: ignore[arg-type]


def certificates(folder: Path, name: str = HOST) -> tuple[str, str]:
    """Write an authority and a server's key with its certificate; return both file names."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    ca = _certificate(issuer, issuer, ca_key, ca_key, constraints)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    leaf = _certificate(subject, issuer, key, ca_key, x509.SubjectAlternativeName([x509.DNSName(name)]))
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.pem").write_bytes(ca.public_bytes(encoding))
    (folder / "server.pem").write_bytes(private + leaf.public_bytes(encoding))
    return str(folder / "ca.pem"), str(folder / "server.pem")


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    signing = x509.SubjectKeyIdentifier.from_public_key(signer.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signing), critical=False)
        .sign(signer, hashes.SHA256())
    )


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve over TLS on a free port of the loopback."""
    ca_file, own = certificates(folder)
    made: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server = made[0]
            server.asked.append(dict(self.headers.items()))
            self.send_response(server.answer.status)
            for name, value in server.answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if server.answer.write is not None:
                    server.answer.write(self)
                else:
                    self.wfile.write(server.answer.body)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            return

    http = _Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    made.append(Server(http.server_port, ca_file))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made[0]
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        return
