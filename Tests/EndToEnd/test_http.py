"""HTTP itself: paths, methods, headers, sizes, and what nginx answers in our name."""

import json
import re
import socket

import pytest
from accounts import PASSWORD, new_name
from client import PREFIX
from reference_cases import POSTS

JSON = {"Content-Type": "application/json"}
ALLOW = {
    **{path: "POST, OPTIONS" for path in POSTS},
    "verify-email/": "GET, HEAD, OPTIONS",
    "password-reset-confirm/MQ/x/": "PATCH, OPTIONS",
}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]


def raw(product, content: bytes, then_stop: bool = False) -> bytes:
    """The answer to bytes that no HTTP library would send, up to the end of the connection."""
    host, port = product.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(content)
        if then_stop:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize("path", POSTS)
def test_a_path_works_without_its_trailing_slash(client, path):
    with_slash = client.send("POST", path, b"{}", JSON)
    without = client.send("POST", path.removesuffix("/"), b"{}", JSON)
    assert (without.status, without.content) == (with_slash.status, with_slash.content)
    assert without.status == 400


@pytest.mark.parametrize("path", ALLOW)
@pytest.mark.parametrize("method", METHODS)
def test_every_answer_of_every_route_is_never_stored_and_never_guessed(client, path, method):
    answer = client.send(method, path)
    assert answer.status < 500
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    if answer.content and answer.status != 204:
        assert answer.header("Content-Type") == "application/json"
        assert isinstance(json.loads(answer.content), dict)


@pytest.mark.parametrize("path", ALLOW)
@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_method_is_told_the_right_ones(client, path, method):
    if method in ALLOW[path]:
        return
    answer = client.send(method, path)
    assert answer.status == 405
    assert answer.header("Allow") == ALLOW[path]
    if method != "HEAD":
        assert answer.json == {"detail": f'Method "{method}" not allowed.'}


@pytest.mark.parametrize("path", ALLOW)
def test_head_has_the_headers_of_get_and_no_body(client, path):
    head, get = client.send("HEAD", path), client.send("GET", path)
    assert head.content == b""
    assert (head.status, head.header("Allow"), head.header("Content-Type")) == (
        get.status, get.header("Allow"), get.header("Content-Type")
    )


@pytest.mark.parametrize("path", ["nothing/", "/api/auth/", "/api/auth", "login/x", "/", "/x.html"])
def test_an_unknown_path_is_a_404_in_json(client, path):
    for method in ("GET", "POST", "DELETE", "PATCH"):
        answer = client.send(method, path, b"{}", JSON)
        assert (answer.status, answer.text) == (404, '{"detail":"Not found."}')
        assert answer.header("Content-Type") == "application/json"
        assert answer.header("Cache-Control") == "no-store"


@pytest.mark.parametrize("path", POSTS)
def test_a_body_over_the_limit_is_a_413_in_json(client, path):
    answer = client.send("POST", path, b'{"username":"' + b"a" * 70000 + b'"}', JSON)
    assert (answer.status, answer.text) == (413, '{"detail":"Request body too large."}')
    assert answer.header("Cache-Control") == "no-store"


def test_a_chunked_body_is_read_as_any_other(client):
    chunks = b"2\r\n{}\r\n0\r\n\r\n"
    answer = client.send("POST", "login/", chunks, {**JSON, "Transfer-Encoding": "chunked"})
    assert answer.json == {
        "username": ["This field is required."], "password": ["This field is required."]
    }


def test_a_chunked_body_over_the_limit_is_a_413(client):
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (70000, b"a" * 70000)
    answer = client.send("POST", "login/", body, {**JSON, "Transfer-Encoding": "chunked"})
    assert answer.status == 413


def test_an_answer_that_needs_no_body_is_whole_although_one_was_sent(client):
    body = json.dumps({"padding": "x" * 40_000}).encode()
    headers = {"Content-Type": "application/json"}
    for _ in range(100):
        refused = client.send("PUT", "login/", body, headers)
        assert (refused.status, refused.text) == (405, '{"detail":"Method \\"PUT\\" not allowed."}')
        missing = client.send("POST", "nowhere/", body, headers)
        assert (missing.status, missing.text) == (404, '{"detail":"Not found."}')


@pytest.mark.parametrize("size", [8, 60000])
def test_a_huge_token_is_a_bad_token(client, size):
    answer = client.post("login/refresh/", {"refresh": "a." * size if size < 100 else "a" * size})
    assert answer.json == {"detail": "Token is invalid", "code": "token_not_valid"}


def test_an_address_too_long_is_a_414_in_json(client):
    answer = client.get("verify-email/?token=" + "a" * 20000)
    assert (answer.status, answer.text) == (414, '{"detail":"Request address too long."}')
    assert answer.header("Cache-Control") == "no-store"


def test_a_header_too_large_is_a_431_in_json(client):
    answer = client.get("verify-email/", {"Authorization": "Bearer " + "a" * 40000})
    assert (answer.status, answer.text) == (431, '{"detail":"Request header too large."}')


@pytest.mark.parametrize(
    "content",
    [
        b"GET /api/auth/login/ HTTP/1.1\r\n\r\n",
        b"GET /api/auth/login/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"get /api/auth/login/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
        b"Content-Length: 3\r\n\r\n{}x",
        b"POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET /api/auth/login/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /api/auth/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n",
    ],
)
def test_broken_http_gets_a_400_in_json(product, content):
    head, _, body = raw(product, content).partition(b"\r\n\r\n")
    assert b" 400 " in head.split(b"\r\n")[0]
    assert json.loads(body) == {"detail": "Bad request."}
    assert b"Cache-Control: no-store" in head


def test_no_answer_tells_a_version(client, product):
    answers = [
        client.get("login/"), client.get("/"), client.send("TRACE", "login/"),
        client.send("POST", "login/", b"a" * 70000, JSON),
        client.send("POST", "login/", b"{", JSON),
    ]
    for answer in answers:
        assert answer.header("Server") == "nginx"
        assert answer.header("X-Powered-By") is None
        assert b"nginx/" not in answer.content


def test_pipelined_requests_get_their_own_answers(product):
    one = b"GET /api/auth/%s HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /api/auth/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    received = raw(product, one % b"login/" + one % b"verify-email/" + last)
    assert re.findall(rb"HTTP/1\.1 (\d+)", received) == [b"405", b"400", b"404"]


def test_forwarding_headers_change_nothing(client):
    headers = {
        "X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Proxy": "http://evil.test",
        "X-Forwarded-Prefix": "/evil", "X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/x",
        "X-Rewrite-URL": "/x", "Content-Encoding": "gzip",
    }
    answer = client.post("login/", {}, headers)
    assert answer.status == 400


def test_no_answer_sets_a_cookie(client, accounts, account):
    answers = [accounts.login(account), client.get("verify-email/"), client.get("login/")]
    assert [answer.header("Set-Cookie") for answer in answers] == [None, None, None]


class TestCrossOrigin:
    """make run allows its own public origin, as a site would list that of its front end."""

    @pytest.fixture
    def origin(self, product):
        return product.base_url

    @pytest.mark.parametrize(
        ("path", "method"), [("login/", "POST"), ("password-reset-confirm/MQ/x/", "PATCH")]
    )
    def test_a_preflight_of_a_listed_origin_is_granted(self, client, origin, path, method):
        answer = client.send("OPTIONS", path, headers={
            "Origin": origin, "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "content-type"})
        assert (answer.status, answer.content) == (204, b"")
        assert answer.header("Access-Control-Allow-Origin") == origin
        assert method in answer.header("Access-Control-Allow-Methods")
        assert "Content-Type" in answer.header("Access-Control-Allow-Headers")
        assert answer.header("Access-Control-Allow-Credentials") is None
        assert "Origin" in answer.header("Vary")

    @pytest.mark.parametrize("status", [400, 404, 413])
    def test_every_answer_to_a_listed_origin_may_be_read(self, client, origin, status):
        path, body = {
            400: ("login/", b"{"), 404: ("nothing/", b"{}"), 413: ("login/", b"a" * 70000)
        }[status]
        answer = client.send("POST", path, body, {**JSON, "Origin": origin})
        assert answer.status == status
        assert answer.header("Access-Control-Allow-Origin") == origin

    @pytest.mark.parametrize("other", ["https://evil.example", "null", "http://127.0.0.1"])
    def test_other_origins_get_the_plain_answer(self, client, other):
        preflight = client.send("OPTIONS", "login/", headers={
            "Origin": other, "Access-Control-Request-Method": "POST"})
        answer = client.post("login/", {}, {"Origin": other})
        assert (preflight.status, answer.status) == (200, 400)
        for one in (preflight, answer):
            assert [name for name, _ in one.headers if name.startswith("Access-Control")] == []
            assert "Origin" in one.header("Vary")

    def test_without_an_origin_there_is_no_trace_of_it(self, client):
        answer = client.post("login/", {})
        assert answer.header("Vary") == "Accept"
        assert [name for name, _ in answer.headers if name.startswith("Access-Control")] == []

    def test_options_without_a_request_method_is_no_preflight(self, client, origin):
        answer = client.send("OPTIONS", "login/", headers={"Origin": origin})
        assert answer.status == 200
        assert answer.json["name"] == "Login"


class TestOperators:
    @pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
    def test_a_healthy_service_says_so(self, client, path):
        assert client.get(path).status == 200

    def test_metrics_are_in_the_text_format_of_prometheus(self, client):
        answer = client.get("/metrics")
        assert answer.status == 200
        assert answer.header("Content-Type").startswith("text/plain")
        assert "# TYPE " in answer.text

    @pytest.mark.parametrize("path", ["/health/", "/health/live/x", "/metrics/x", "/health"])
    def test_nothing_else_stands_beside_them(self, client, path):
        assert client.get(path).status == 404


def test_a_client_that_leaves_early_harms_nobody(product, client):
    host, port = product.base_url.removeprefix("http://").split(":")
    body = json.dumps({"username": "a", "password": "b"}).encode()
    for _ in range(10):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(
                b"POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
    assert client.post("login/", {}).status == 400


def test_a_body_that_never_comes_is_never_acted_upon(product, client):
    name = new_name()
    body = json.dumps(
        {"username": name, "email": f"{name}@example.test", "password": PASSWORD}
    ).encode()
    received = raw(
        product,
        b"POST /api/auth/register/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body) + 10, body),
        then_stop=True,
    )
    assert b"201" not in received.split(b"\r\n")[0]
    answer = client.post(
        "register/", {"username": name, "email": f"{name}@example.test", "password": PASSWORD}
    )
    assert answer.status == 201


def test_the_prefix_is_where_the_contract_puts_it(client):
    assert PREFIX == "/api/auth/"
    assert client.post("/login/", {}).status == 404
