"""How many instructions a request costs: ceilings that a change must not cross unseen.

They lie up to a tenth above what the code needs today; docs/performance.md tells where they go. Whoever
makes a request cheaper lowers them.
"""

import json
import subprocess

import forgery
import pytest
from administration import PROGRAM
from fastcgi import request
from instruction_counts import CountedResponder
from product import environment_of

pytestmark = pytest.mark.released

# Instructions of one request: those of the program itself, and with all libraries.
CEILINGS = {
    "garbage token": (23_500, 54_500),
    "refresh": (52_500, 115_000),
}
# Random bytes are drawn ahead for 64 tokens; so many requests draw as often as the next ones.
TIMES = 128
# What a login may cost beside the hash: less than a tenth of a millisecond.
CEILING_BESIDE_THE_HASH = 200_000
# The hash, and the C library, which overwrites 19 MiB after each.
HASHING = ("libsodium", "libargon2", "libc.so")


@pytest.fixture(scope="module")
def counted_responder(started_product, tmp_path_factory):
    directory = tmp_path_factory.mktemp("counted")
    program = directory / "gatereeve"
    # Valgrind does not understand all of the Swift compiler's notes for debuggers.
    subprocess.run(
        ["objcopy", "--strip-debug", PROGRAM, program], check=True)
    listener = str(directory / "s")
    responder = CountedResponder(
        [str(program), "serve", "--config", "/dev/null"],
        environment_of(started_product.pid("responder"))
        | {"GATEREEVE_SERVER_LISTEN": listener, "GATEREEVE_SERVER_WORKERS": "1"},
        directory, listener)
    yield responder
    responder.stop()


def post(path: str, **fields: str) -> bytes:
    body = json.dumps(fields, separators=(",", ":")).encode()
    return request("POST", f"/api/auth/{path}", body)


@pytest.fixture(scope="module")
def questions(accounts):
    token = accounts.tokens(accounts.active())["refresh"]
    garbage = forgery.TOKENS["other key"]("1", "")
    return {
        "garbage token": (post("login/refresh/", refresh=garbage), b"Status: 401 "),
        "refresh": (post("login/refresh/", refresh=token), b"Status: 200 "),
    }


@pytest.mark.parametrize("name", CEILINGS)
def test_a_request_needs_no_more_instructions_than_its_ceiling(
    name, questions, counted_responder, capsys
):
    question, status = questions[name]
    assert status in counted_responder.ask(question)
    counted_responder.count(question, TIMES)  # What is made once, is made here.
    counts = counted_responder.count(question, TIMES)
    own, total = round(counts["gatereeve"]), round(counts.total())
    own_ceiling, ceiling = CEILINGS[name]
    with capsys.disabled():
        print(f"\n{name}: {own} instructions of {own_ceiling}, with libraries {total} of {ceiling}")
    assert own <= own_ceiling, counts
    assert total <= ceiling, counts


def test_a_count_can_be_repeated(questions, counted_responder):
    question, _ = questions["refresh"]
    first, second = (counted_responder.count(question, TIMES).total() for _ in range(2))
    assert abs(first - second) < 0.005 * first


def test_a_login_needs_little_beside_its_hash(accounts, counted_responder, capsys):
    account = accounts.active()
    question = post("login/", username=account.username, password=account.password)
    assert b"Status: 200 " in counted_responder.ask(question)
    counts = counted_responder.count(question, 5)
    beside = sum(count for name, count in counts.items() if not name.startswith(HASHING))
    with capsys.disabled():
        print(f"\nlogin: {round(beside)} instructions beside the hash")
    assert counts.total() > 10 * beside, "the hash itself was not counted"
    assert beside <= CEILING_BESIDE_THE_HASH, counts
