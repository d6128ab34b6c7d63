"""The files in nginx/ by themselves: what nginx does when nobody stands behind it."""

import contextlib
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import time

import pytest
from client import Client
from product import ROOT, free_port

UNAVAILABLE = '{"detail":"Service temporarily unavailable."}'


class Nginx:
    """An nginx of a test, with the repository's files and a site of the test."""

    def __init__(self, directory, http_level: str) -> None:
        self.directory = directory
        (directory / "gatereeve").symlink_to(ROOT / "nginx")
        temporary = "".join(
            f"{name}_temp_path {directory}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        (directory / "nginx.conf").write_text(
            f"{user}daemon off;\npid {directory}/pid;\nevents {{ }}\n"
            f"http {{\n{temporary}{http_level}\n}}\n"
        )
        self.error_log = directory / "error.log"
        self.process = subprocess.Popen(
            ["nginx", "-c", directory / "nginx.conf", "-e", self.error_log],
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"},
        )

    def wait(self, answers) -> None:
        deadline = time.monotonic() + 20
        while True:
            assert self.process.poll() is None, self.error_log.read_text()
            try:
                return answers()
            except OSError:
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.02)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def site(limits: str = "on") -> str:
    """A site whose responder is away; the client's address can be chosen, as behind a balancer."""
    return f"""
        upstream gatereeve {{ server unix:/nonexistent/gatereeve.sock max_fails=0; }}
        map "" $gatereeve_limits {{ default {limits}; }}
        geo $gatereeve_operator {{ default 0; 127.0.0.0/8 1; }}
        map $http_origin $gatereeve_cors_origin {{
            default "";
            "https://app.example.org" $http_origin;
        }}
        map "" $gatereeve_transport_security {{ default ""; }}
        include gatereeve/gatereeve-http.conf;
        set_real_ip_from 127.0.0.1;
        real_ip_header X-Test-Address;
    """


@pytest.fixture(params=["on"])
def front(request, tmp_path):
    port = free_port()
    nginx = Nginx(
        tmp_path,
        site(request.param)
        + f"""
        server {{
            listen 127.0.0.1:{port};
            access_log {tmp_path}/access.log gatereeve;
            include gatereeve/gatereeve.conf;
            location / {{ return 204; }}
        }}
        """,
    )
    client = Client(f"http://127.0.0.1:{port}")
    client.nginx = nginx
    nginx.wait(lambda: client.get("/"))
    yield client
    nginx.stop()


def from_address(front, address: str):
    return front.post("login/", {}, {"X-Test-Address": address})


@pytest.mark.parametrize("path", ["login/", "verify-email/?token=x", "password-reset-confirm/a/b/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "OPTIONS", "DELETE"])
def test_an_absent_responder_is_a_503_with_retry_after(front, path, method):
    answer = front.send(method, path, b"{}", {"Content-Type": "application/json"})
    assert (answer.status, answer.text) == (503, UNAVAILABLE)
    assert int(answer.header("Retry-After")) > 0
    assert answer.header("Content-Type") == "application/json"
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("X-Content-Type-Options") == "nosniff"


def test_a_front_end_may_read_why_it_has_to_wait(front):
    answer = front.post("login/", {}, {"Origin": "https://app.example.org"})
    assert answer.status == 503
    assert answer.header("Access-Control-Allow-Origin") == "https://app.example.org"
    assert "Retry-After" in answer.header("Access-Control-Expose-Headers")


def statuses(front, addresses) -> list[int]:
    return [from_address(front, address).status for address in addresses]


def test_an_address_that_asks_too_often_is_throttled_and_others_are_not(front):
    answers = [from_address(front, "192.0.2.1") for _ in range(300)]
    assert statuses(front, ["192.0.2.2", "2001:db8::1"]) == [503, 503]
    throttled = next(answer for answer in answers if answer.status == 429)
    assert throttled.header("Retry-After") == "1"
    assert throttled.text == (
        '{"detail":"Request was throttled. Expected available in 1 second."}'
    )


def test_a_whole_ipv6_network_counts_as_one_client(front):
    addresses = [f"2001:db8:1:2:{number:x}::{number:x}" for number in range(1, 300)]
    assert 429 in statuses(front, addresses)
    assert statuses(front, ["2001:db8:1:3::1"]) == [503]


def wait_for_status(front, status: int) -> None:
    """Asks from one address, more slowly than its rate allows, until that is the answer."""
    deadline = time.monotonic() + 20
    while from_address(front, "192.0.2.1").status != status:
        assert time.monotonic() < deadline, f"no {status}"
        time.sleep(0.1)


def test_an_address_has_at_most_fifty_requests_under_way(front):
    head = (b"POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nX-Test-Address: 192.0.2.1\r\n"
            b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n")
    host, port = front.address.split(":")
    with contextlib.ExitStack() as requests:
        for _ in range(50):
            connection = requests.enter_context(socket.create_connection((host, int(port)), 20))
            connection.sendall(head)
        wait_for_status(front, 429)
        assert statuses(front, ["192.0.2.2"]) == [503]
        # With 49 of them there is room for one: it was not the rate.
        connection.close()
        wait_for_status(front, 503)


@pytest.mark.parametrize("front", ["off"], indirect=True)
def test_without_limits_nobody_is_throttled(front):
    assert set(statuses(front, ["192.0.2.1"] * 300)) == {503}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_only_operators_reach_health_and_metrics(front, path):
    stranger = front.get(path, {"X-Test-Address": "192.0.2.1"})
    assert (stranger.status, stranger.text) == (404, '{"detail":"Not found."}')
    assert front.get(path).status == 503


def access_log(front, lines: int) -> bytes:
    """The log once it has so many lines: nginx writes a line when the answer has been sent."""
    file = front.nginx.directory / "access.log"
    deadline = time.monotonic() + 20
    while (log := file.read_bytes()).count(b"\n") < lines or not log.endswith(b"\n"):
        assert time.monotonic() < deadline, f"{file} has fewer than {lines} lines"
        time.sleep(0.02)
    return log


def test_no_log_holds_a_token_when_the_responder_is_away(front):
    front.get("verify-email/?token=SECRET1")
    front.get("verify-email?token=SECRET2")
    front.get("verify%2Demail/?token=SECRET3")
    front.send("PATCH", "password-reset-confirm/MQ/SECRET4/", b"x" * 70000)
    front.get("/api/auth/../auth/password-reset-confirm/MQ/SECRET5/")
    front.get("password-reset-confirm/MQ/SECRET6\x7f/".replace("\x7f", "%0a"))
    front.send("TRACE", "verify-email/?token=SECRET7")
    front.get("verify-email/?token=SECRET8", {"X-Large": "x" * 40000})
    front.get("verify-email/?token=SECRET9" + "x" * 20000)
    access = access_log(front, lines=9).decode()
    assert re.findall(r"SECRET\d", access + front.nginx.error_log.read_text()) == []


def test_every_line_of_the_access_log_is_json(front):
    headers = {"User-Agent": 'quote " backslash \\ byte \xff'}
    for path in ("login/", "%22%5c%0a%ff/", "login/?a=%22"):
        front.get(path, headers)
    lines = access_log(front, lines=3).decode("ascii").splitlines()
    names = {"time", "request_id", "client", "method", "path", "status", "bytes", "seconds",
             "responder_seconds", "user_agent"}
    assert [set(json.loads(line)) for line in lines] == [names] * len(lines)


class TestExample:
    """example-server.conf, with ports and a certificate of the test."""

    @pytest.fixture(scope="class")
    def ports(self, tmp_path_factory):
        directory = tmp_path_factory.mktemp("example")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
             "-subj", "/CN=auth.example.org", "-keyout", directory / "key.pem",
             "-out", directory / "certificate.pem"],
            check=True, capture_output=True,
        )
        plain, secure = free_port(), free_port()
        text = (ROOT / "nginx" / "example-server.conf").read_text()
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.M)
        text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
        text = text.replace("listen 443 ", f"listen 127.0.0.1:{secure} ")
        text = text.replace("/etc/ssl/gatereeve", str(directory))
        text = text.replace("/var/log/nginx", str(directory))
        nginx = Nginx(directory, text)
        nginx.wait(lambda: Client(f"http://127.0.0.1:{plain}").get("/"))
        yield plain, secure
        nginx.stop()

    @staticmethod
    def ask(secure: int, path: str, context: ssl.SSLContext):
        connection = http.client.HTTPSConnection("127.0.0.1", secure, context=context, timeout=10)
        connection.request("POST", path, b"{}", {"Content-Type": "application/json"})
        return connection.getresponse()

    @staticmethod
    def context() -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def test_plain_http_is_sent_to_https_without_the_query(self, ports):
        answer = Client(f"http://127.0.0.1:{ports[0]}").get("verify-email/?token=SECRET")
        assert answer.status == 301
        assert answer.header("Location") == "https://auth.example.org/api/auth/verify-email/"

    def test_an_encoded_line_break_stays_encoded_on_the_way_to_https(self, ports):
        answer = Client(f"http://127.0.0.1:{ports[0]}").get(
            "verify-email/%0d%0aSet-Cookie:%20a=b%3fc")
        assert answer.status == 301
        assert answer.header("Location") == (
            "https://auth.example.org/api/auth/verify-email/%0d%0aSet-Cookie:%20a=b%3fc")
        assert answer.header("Set-Cookie") is None

    @pytest.mark.parametrize("path", ["/api/auth/login/", "/nothing"])
    def test_https_is_for_good(self, ports, path):
        answer = self.ask(ports[1], path, self.context())
        assert answer.status in (404, 503)
        assert answer.getheader("Strict-Transport-Security") == "max-age=63072000"
        assert answer.getheader("Server") == "nginx"

    def test_http2_is_offered(self, ports):
        context = self.context()
        context.set_alpn_protocols(["h2"])
        with context.wrap_socket(socket.create_connection(("127.0.0.1", ports[1]))) as tls:
            assert tls.selected_alpn_protocol() == "h2"
            assert tls.version() == "TLSv1.3"

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
    def test_tls_1_1_is_refused(self, ports):
        context = self.context()
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            self.ask(ports[1], "/", context)
