"""Requests that proxies and servers read in different ways, and headers that want to be believed."""

import gzip
import json
import os
import re
import socket
import struct
import subprocess
import threading
import time

import pytest
from accounts import PASSWORD, new_name
from client import PREFIX
from figures import note
from mailboxes import link_of
from product import ROOT, free_port
from responders import contents


def raw(product, content: bytes) -> bytes:
    """All that comes back until nginx ends the connection."""
    host, port = product.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(content)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            # It ended the connection before it had read everything.
            pass
    return received


# Asks for the end of a connection on which everything else has been said.
LAST = b"GET /api/auth/nothing/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def registration(name: str) -> bytes:
    """A whole request that would register a name."""
    body = json.dumps(
        {"username": name, "email": f"{name}@example.test", "password": PASSWORD}).encode()
    return (
        b"POST /api/auth/register/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


LOGIN = b"POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
# What stands before a hidden request. Whoever reads it wrongly takes the hidden one for the next.
COVERS = {
    "length and chunks": b"Content-Length: %(length)d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: %(length)d\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: %(length)d\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, %(length)d\r\n\r\n",
    "a length with a sign": b"Content-Length: +%(length)d\r\n\r\n",
    "a length in hexadecimal": b"Content-Length: 0x%(length)x\r\n\r\n",
    "a folded length": b"Content-Length:\r\n 0\r\nContent-Length: %(length)d\r\n\r\n",
    "a space before the colon": b"Content-Length : 0\r\nContent-Length: %(length)d\r\n\r\n",
    "another coding": b"Transfer-Encoding: xchunked\r\nContent-Length: %(length)d\r\n\r\n",
    "two codings": b"Transfer-Encoding: chunked, identity\r\nContent-Length: %(length)d\r\n\r\n",
    "a coding with a tab": b"Transfer-Encoding:\tchunked\x0b\r\nContent-Length: %(length)d\r\n\r\n",
    "a bare CR": b"X: a\rTransfer-Encoding: chunked\r\nContent-Length: %(length)d\r\n\r\n",
    "a NUL": b"X: a\0b\r\nContent-Length: %(length)d\r\n\r\n",
    "a huge chunk": b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
    "a negative chunk": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    "a huge length": b"Content-Length: 18446744073709551617\r\n\r\n",
}


def send_hidden(product, cover: bytes) -> tuple[str, list[bytes]]:
    """Hides a registration behind a login; its name and the statuses of all answers."""
    name = new_name()
    hidden = registration(name)
    received = raw(product, LOGIN + cover % {b"length": len(hidden)} + hidden + LAST)
    return name, re.findall(rb"HTTP/1\.1 (\d+) ", received)


def is_free(client, name: str) -> bool:
    return client.post(
        "register/", {"username": name, "email": f"{name}@example.test", "password": PASSWORD}
    ).status == 201


def test_a_request_behind_another_is_carried_out(product, client):
    """What the next test looks for can be seen."""
    name, statuses = send_hidden(product, b"Content-Length: 2\r\n\r\n{}")
    assert statuses == [b"400", b"201", b"404"]
    assert not is_free(client, name)


@pytest.mark.parametrize("cover", COVERS)
def test_a_request_inside_of_another_is_never_carried_out(product, client, cover):
    name, statuses = send_hidden(product, COVERS[cover])
    assert b"201" not in statuses
    assert all(status < b"500" for status in statuses)
    assert is_free(client, name)


@pytest.mark.parametrize(
    "line, headers",
    [
        (b"http://evil.example/api/auth/password-reset/", b"Host: a\r\n"),
        (b"http://evil.example:99/api/auth/password-reset/", b"Host: evil.example:99\r\n"),
        (b"/api/auth/password-reset/", b"Host: evil.example:8080\r\n"),
        (b"/api/auth/password-reset/", b"Host: a\r\nX-Forwarded-Host: evil.example\r\n"),
        (b"/api/auth/password-reset/", b"Host: a\r\nX-Host: evil.example\r\n"
         b"X-Forwarded-Server: evil.example\r\nX-Original-Host: evil.example\r\n"),
        (b"/api/auth/password-reset/", b"Host: a\r\nX-Forwarded-Proto: gopher\r\n"
         b"X-Forwarded-Port: 99\r\nX-Forwarded-Prefix: /evil\r\n"),
        (b"/api/auth/password-reset/?next=http://evil.example/", b"Host: a\r\n"),
    ],
    ids=["absolute", "absolute and port", "port", "forwarded", "host headers", "proto", "query"],
)
def test_nothing_of_a_request_comes_into_the_link(product, accounts, mailbox, line, headers):
    account = accounts.active()
    body = json.dumps({"email": account.email}).encode()
    received = raw(
        product,
        b"POST %s HTTP/1.1\r\n%sContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (line, headers, len(body), body))
    assert received.startswith(b"HTTP/1.1 200 ")
    mail = mailbox.wait(account.email, 2)
    assert link_of(mail).startswith(product.base_url + PREFIX)
    assert "evil" not in mail.as_string() and "gopher" not in mail.as_string()


@pytest.mark.parametrize(
    "path, status",
    [
        ("//api/auth/login/", 400), ("/api//auth/login/", 400), ("/api/auth/./login/", 400),
        ("/api/auth/register/../login/", 400), ("/api/auth/%6cogin/", 400),
        ("/api/auth/login/?next=/x", 400), ("/api/auth/login", 400),
        ("/api/auth/login//", 404), ("/api/auth/login;x/", 404), ("/api/auth/login/;x", 404),
        ("/api/auth/LOGIN/", 404), ("/API/auth/login/", 404), ("/api/auth/login%2f", 400),
        ("/api/auth/login%252f", 404), ("/api/auth/login.json", 404),
        ("/api/auth/login/index.html", 404), ("/api/auth/..;/login/", 404),
        ("/api/auth/login%20", 404), ("/api/auth/login%CC%87/", 404), ("/api/auth/login%00", 400),
        ("/api/auth/login/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 404), ("/api/auth/metrics", 404),
    ],
)
def test_a_path_is_a_route_or_nothing(client, path, status):
    answer = client.send("POST", path, b"{}", {"Content-Type": "application/json"})
    # Only exact paths are routes: what merely leads to one may as well be nothing.
    assert answer.status in {status, 404}
    assert answer.json in (
        {"detail": "Not found."}, {"detail": "Bad request."},
        {"username": ["This field is required."], "password": ["This field is required."]})


@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"])
def test_no_header_and_no_field_changes_the_method(client, name):
    answer = client.post("login/", {"_method": "DELETE"}, {name: "DELETE"})
    assert answer.status == 400
    assert client.send("GET", f"login/?{name}=POST").status == 405


@pytest.mark.parametrize("content_type", ["text/plain", "text/xml", "application/xml", "a/b", ""])
def test_a_page_of_another_site_cannot_send_json_without_asking(client, content_type):
    body = json.dumps({"username": "a", "password": "b"}).encode()
    headers = {"Content-Type": content_type} if content_type else {}
    assert client.send("POST", "login/", body, headers).status in (400, 415)


def test_a_flood_of_headers_is_refused_by_nginx(product, client):
    names = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 20) for number in range(10_000))
    received = raw(product, b"GET /api/auth/login/ HTTP/1.1\r\nHost: a\r\n" + names + b"\r\n")
    assert received.split()[1] in (b"400", b"431")
    twice = raw(
        product,
        b"GET /api/auth/verify-email/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n")
    assert twice.split()[1] in (b"400", b"401")
    assert client.post("login/", {}).status == 400


def test_a_body_that_waits_for_leave_is_limited_as_any_other(product):
    head = (
        b"POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: 10000000\r\n\r\n")
    assert raw(product, head).split()[1] == b"413"


def test_a_compressed_body_is_not_unpacked(client, accounts):
    login = json.dumps({"username": accounts.active().username, "password": PASSWORD}).encode()
    kinds = {"Content-Type": "application/json"}
    assert client.send("POST", "login/", login, kinds).status == 200
    packed = gzip.compress(login)
    assert client.send("POST", "login/", packed, kinds | {"Content-Encoding": "gzip"}).status == 400


class TestWhatNginxPassesOn:
    """A listener in the responder's place that keeps what it is told."""

    @pytest.fixture
    def told(self, tmp_path):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{tmp_path}/s")
        listener.listen()
        port, received = free_port(), []
        (tmp_path / "gatereeve").symlink_to(ROOT / "nginx")
        paths = "".join(
            f"{name}_temp_path {tmp_path}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (tmp_path / "nginx.conf").write_text(f"""
            {"user root;" if os.geteuid() == 0 else ""}
            daemon off; pid {tmp_path}/pid; events {{ }}
            http {{
                {paths}
                upstream gatereeve {{ server unix:{tmp_path}/s; }}
                map "" $gatereeve_limits {{ default off; }}
                geo $gatereeve_operator {{ default 0; }}
                map $http_origin $gatereeve_cors_origin {{ default ""; }}
                map "" $gatereeve_transport_security {{ default ""; }}
                include gatereeve/gatereeve-http.conf;
                server {{ listen 127.0.0.1:{port}; include gatereeve/gatereeve.conf; }}
            }}""")
        nginx = subprocess.Popen(
            ["nginx", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"],
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                content = b""
                # The empty record of standard input ends a request.
                while not content.endswith(struct.pack(">BBHHBx", 1, 5, 1, 0, 0)):
                    content += connection.recv(65536)
                received.append(parameters(content))
                body = b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nok"
                connection.sendall(
                    struct.pack(">BBHHBx", 1, 6, 1, len(body), 0) + body
                    + struct.pack(">BBHHBxI4x", 1, 3, 1, 8, 0, 0))

        thread = threading.Thread(target=serve)
        thread.start()

        def ask(content: bytes) -> dict[str, str]:
            deadline = time.monotonic() + 20
            while True:
                try:
                    with socket.create_connection(("127.0.0.1", port), 10) as connection:
                        connection.sendall(content)
                        while connection.recv(65536):
                            pass
                    thread.join()
                    return received[0]
                except ConnectionRefusedError:
                    assert time.monotonic() < deadline, (tmp_path / "error.log").read_text()
                    time.sleep(0.02)

        yield ask
        nginx.terminate()
        nginx.wait(20)
        listener.close()

    def test_are_parameters_of_its_own_and_no_header_of_a_client(self, told):
        passed = told(
            b"POST /api/auth/login/?a=b HTTP/1.1\r\nHost: evil.example\r\nProxy: http://evil\r\n"
            b"X-Forwarded-For: 203.0.113.9\r\nX-Real-IP: 203.0.113.9\r\nForwarded: for=evil\r\n"
            b"X-Forwarded-Host: evil\r\nCookie: a=evil; gatereeve_device=proof; b=evil\r\nUser-Agent: evil\r\nAccept: text/html\r\n"
            b"REMOTE_ADDR: 203.0.113.9\r\nREQUEST_ID: evil\r\nX-Request-ID: evil\r\n"
            b"Authorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            b"Connection: close\r\n\r\n{}")
        note("parameters that nginx passes on", len(passed), "12")
        assert set(passed) == {
            "REQUEST_METHOD", "REQUEST_URI", "REQUEST_SCHEME", "SERVER_PROTOCOL",
            "REMOTE_ADDR", "REQUEST_ID", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH",
            "HTTP_ACCEPT", "HTTP_AUTHORIZATION", "DEVICE_COOKIE",
        }
        assert passed["DEVICE_COOKIE"] == "proof"
        assert passed["REMOTE_ADDR"] == "127.0.0.1"
        assert "evil" not in str(passed) and "203.0.113.9" not in str(passed)


def parameters(records: bytes) -> dict[str, str]:
    """The parameters of a request (FastCGI 1.0 §3.4)."""
    content = contents(records, 4)
    found, place = {}, 0

    def number() -> int:
        nonlocal place
        size = content[place]
        if size < 128:
            place += 1
            return size
        place += 4
        return struct.unpack_from(">I", content, place - 4)[0] & 0x7FFFFFFF

    while place < len(content):
        name_size, value_size = number(), number()
        name = content[place : place + name_size].decode()
        found[name] = content[place + name_size : place + name_size + value_size].decode()
        place += name_size + value_size
    return found
