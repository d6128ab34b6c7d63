"""Peers of the responder's socket that break the protocol: none holds a worker, memory or a client."""

import threading
import time

import fastcgi_peer as fcgi
import pytest
from administration import sanitizes
from fastcgi_peer import Peer, pairs
from parts import wait_for
from slack import SLACK

WORKERS = 8
# Seconds.
WORKER_BACK = 2.0
# How much the process may have grown at most at any moment of an abuse, in KiB.
GROWTH = 2 * 1024
HUGE = b"\xff\xff\xff\xff"
GOOD = fcgi.framed(pairs())

# What a peer sends before it falls silent, its connection open.
SILENT = {
    "nothing": b"",
    "half a record": fcgi.begin()[:5],
    "half of the parameters": fcgi.begin() + fcgi.record(fcgi.PARAMS, pairs())[:20],
    "parameters without their end": fcgi.begin() + fcgi.record(fcgi.PARAMS, pairs()),
    "half of the body": fcgi.logout(b"{" + b" " * 99, 100)[:-60],
    "a body that is never ended": fcgi.logout(b"{}", 100)[:-8],
    # libfcgi answers each of them, until nothing more goes into the socket.
    "questions whose answers nobody reads": (
        fcgi.logout(b"{}", 100)[:-8] + 4000 * fcgi.record(99, b"", request=0)),
}

# What a peer sends and then waits for an answer; the statuses that it may get.
BROKEN = {
    "lengths of 2 GiB": (
        fcgi.begin() + fcgi.record(fcgi.PARAMS, HUGE + HUGE + b"x" * 100), {None}),
    "a value longer than the parameters": (
        fcgi.framed(fcgi.length(4) + fcgi.length(100) + b"NAMEvalue"), {None}),
    "half of a length": (fcgi.framed(b"\xff\xff"), {None}),
    "another role": (GOOD.replace(fcgi.begin(), fcgi.begin(role=2)), {None}),
    "a role that there is not": (GOOD.replace(fcgi.begin(), fcgi.begin(role=999)), {None}),
    "another version": (GOOD.replace(fcgi.begin(), fcgi.begin(version=7)), {None}),
    "no beginning": (fcgi.record(fcgi.PARAMS, pairs()) + fcgi.record(fcgi.PARAMS), {None}),
    "two beginnings": (fcgi.begin() + GOOD, {None}),
    "an abort before the parameters": (fcgi.begin() + fcgi.record(fcgi.ABORT), {None}),
    "an abort instead of the body": (
        fcgi.logout(b"", 10)[:-8] + fcgi.record(fcgi.ABORT), {None, 400}),
    "parameters of another request among its own": (
        fcgi.begin() + fcgi.record(fcgi.PARAMS, pairs(), request=2) + GOOD[16:], {None}),
    "a body of another request": (
        fcgi.logout(b"", 2)[:-8] + fcgi.record(fcgi.STDIN, b"{}", request=2)
        + fcgi.record(fcgi.STDIN), {None, 400}),
    "data for a filter": (GOOD[:-8] + fcgi.record(fcgi.DATA, b"x" * 9) + GOOD[-8:], {None, 200}),
    "a question about the program": (fcgi.record(fcgi.GET_VALUES, b"", request=0), {None}),
    "HTTP": (b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n", {None}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500, {None}),
    "a body shorter than announced": (fcgi.logout(b"{}", 100), {400}),
    "a body longer than announced": (fcgi.logout(b'{"refresh":"x"}' + b" " * 999, 15), {401}),
    "a length that is no number": (
        fcgi.framed(pairs("POST", "/api/auth/logout/", CONTENT_LENGTH="-1")), {413}),
    "no method": (fcgi.framed(pairs(None, "/api/auth/logout/")), {405}),
    "no parameters": (fcgi.framed(b""), {404}),
    "the same parameters twice": (
        fcgi.framed(pairs() + pairs("POST", "/api/auth/logout/")), {200}),
}


class Witness:
    """A client that asks all the time through nginx, and how long the longest answer took."""

    def __init__(self, client) -> None:
        self.client = client
        self.stopping = threading.Event()
        self.times: list[float] = []
        self.failures: list[int] = []

    def __enter__(self):
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def _ask(self):
        while not self.stopping.wait(0.01):
            begun = time.monotonic()
            status = self.client.get("/health/live").status
            self.times.append(time.monotonic() - begun)
            if status != 200:
                self.failures.append(status)


def answers_at_once(rig, seconds: float) -> float:
    """How long it takes until every worker has time for a request."""
    begun = time.monotonic()
    peers = [Peer(rig.socket_path) for _ in range(WORKERS)]
    for peer in peers:
        peer.send(GOOD)
    assert [peer.status() for peer in peers] == [200] * WORKERS
    taken = time.monotonic() - begun
    assert taken < seconds
    return taken


@pytest.fixture
def unharmed(rig, figures):
    """After the test: the same process, with all of its workers, and little more memory."""
    rig.restart_responder()
    answers_at_once(rig, 60)
    before = rig.responder.memory()
    pid = rig.responder.pid
    rig.responder.forget_peak()
    facts = {}
    yield facts
    growth = rig.responder.memory("VmHWM") - before
    answers_at_once(rig, 60)
    figures.add(
        facts["name"], requests=facts["requests"], wrong=0,
        **{"slowest s": facts.get("slowest"), "recovery s": facts.get("recovery")},
        further=f"at most {growth} KiB more memory")
    assert rig.responder.pid == pid and rig.is_live
    # A sanitizer keeps memory of its own.
    assert growth < GROWTH or sanitizes()


@pytest.mark.parametrize("name", SILENT)
def test_a_peer_that_falls_silent_holds_a_worker_for_two_seconds(rig, unharmed, name):
    peers = [Peer(rig.socket_path) for _ in range(WORKERS)]
    begun = time.monotonic()
    for peer in peers:
        peer.send(SILENT[name])
    # All workers wait for these peers, so the next request waits as long.
    with Peer(rig.socket_path) as other:
        other.send(GOOD)
        assert other.status() == 200
    taken = time.monotonic() - begun
    unharmed.update(name=f"silent after {name}", requests=WORKERS, recovery=taken)
    assert 1.0 < taken < WORKER_BACK * SLACK
    for peer in peers:
        peer.socket.close()


def test_broken_requests_are_refused_one_by_one(rig, unharmed):
    slowest = 0.0
    for name, (content, statuses) in BROKEN.items():
        with Peer(rig.socket_path) as peer:
            peer.send(content)
            begun = time.monotonic()
            status = peer.status()
            assert status in statuses, name
            slowest = max(slowest, time.monotonic() - begun)
    unharmed.update(name="broken requests of each kind", requests=len(BROKEN), slowest=slowest)
    assert slowest < WORKER_BACK * SLACK


def flood_of_parameters():
    """A million of them, and then some."""
    yield fcgi.begin()
    some = b"".join(fcgi.pair(f"N{number:06d}", "v" * 40) for number in range(1200))[:65000]
    for _ in range(1000):
        yield fcgi.record(fcgi.PARAMS, some)


def flood_of_other_records():
    yield fcgi.begin()
    for _ in range(1000):
        yield fcgi.record(fcgi.DATA, b"x" * 65000, request=2)


def flood_of_body():
    yield fcgi.logout(b"", 10)[:-8]
    for _ in range(1000):
        yield fcgi.record(fcgi.STDIN, b"x" * 65000)


def endless_value():
    yield fcgi.begin() + fcgi.record(fcgi.PARAMS, fcgi.length(4) + HUGE + b"NAME")
    for _ in range(1000):
        yield fcgi.record(fcgi.PARAMS, b"x" * 65000)


FLOODS = {
    "a million parameters": flood_of_parameters, "a value of 2 GiB": endless_value,
    "records of another request": flood_of_other_records, "a body without end": flood_of_body,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_peer_that_sends_without_end_costs_no_memory(rig, unharmed, name):
    """Half of the workers are flooded; the others answer meanwhile."""

    def flood():
        with Peer(rig.socket_path) as peer:
            for piece in FLOODS[name]():
                if not peer.send(piece):
                    return

    with Witness(rig.client) as witness:
        begun = time.monotonic()
        floods = [threading.Thread(target=flood) for _ in range(WORKERS // 2)]
        for thread in floods:
            thread.start()
        for thread in floods:
            thread.join()
        taken = time.monotonic() - begun
        wait_for(lambda: len(witness.times) >= 20, "requests meanwhile")
    unharmed.update(
        name=f"flood: {name}", requests=len(floods), recovery=taken, slowest=max(witness.times))
    assert taken < WORKER_BACK * SLACK
    assert witness.failures == []
    assert max(witness.times) < 1.0 * SLACK


def test_silent_peers_leave_the_other_workers_alone(rig, unharmed):
    with Witness(rig.client) as witness:
        peers = [Peer(rig.socket_path) for _ in range(WORKERS - 1)]
        for peer, content in zip(peers, [*SILENT.values(), b""]):
            peer.send(content)
        # Until the responder has ended all of them.
        for peer in peers:
            peer.answer()
            peer.socket.close()
    unharmed.update(
        name="one worker left by silent peers", requests=len(witness.times),
        slowest=max(witness.times))
    assert witness.failures == []
    assert max(witness.times) < 1.0 * SLACK


@pytest.mark.slow
def test_an_hour_of_abuse_in_a_minute_leaves_no_trace(rig, unharmed):
    """All of it, again and again, for a minute."""
    count = 0
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for content, _ in BROKEN.values():
            with Peer(rig.socket_path) as peer:
                peer.send(content)
                count += 1
        # Whoever comes after them is answered; it also keeps the queue of the socket short.
        with Peer(rig.socket_path) as peer:
            peer.send(GOOD)
            assert peer.status() == 200
    unharmed.update(name="broken requests for a minute", requests=count)
