"""The machine fails the service: nobody reads the log, the disk is full, descriptors run out."""

import contextlib
import fcntl
import json
import os
import resource
import socket
import subprocess
import threading
import time

import pytest
from parts import is_alive, wait_for
from slack import SLACK

# --- The log -----------------------------------------------------------------------------------

REQUESTS = 1000


def open_pipe() -> tuple[int, int]:
    """A pipe as small as can be, so that it is full soon."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    return reading, writing


def open_stream() -> tuple[int, int]:
    """A stream socket as journald has."""
    reading, writing = socket.socketpair()
    writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return reading.detach(), writing.detach()


class Reader:
    """Reads a descriptor from now on."""

    def __init__(self, descriptor: int) -> None:
        self.content = b""
        self.descriptor = descriptor
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while piece := os.read(self.descriptor, 65536):
                self.content += piece

    def lines(self) -> list[dict]:
        """The lines that are whole; each is one JSON object."""
        return [json.loads(line) for line in self.content.split(b"\n")[:-1] if line]

    def lost(self) -> int:
        return sum(int(line["lines"]) for line in self.lines() if line["message"] == "log lines lost")


@pytest.mark.parametrize("open_log", [open_pipe, open_stream], ids=["a pipe", "a socket"])
def test_a_log_that_nobody_reads_holds_nobody_and_tells_what_was_lost(rig, figures, open_log):
    reading, writing = open_log()
    rig.restart_responder(stderr=writing)
    os.close(writing)
    try:
        begun = time.monotonic()
        slowest = 0.0
        for _ in range(REQUESTS):
            asked = time.monotonic()
            assert rig.client.get("/health/live").status == 200
            slowest = max(slowest, time.monotonic() - asked)
        taken = time.monotonic() - begun
        reader = Reader(reading)

        def is_accounted_for() -> bool:
            """Nothing is lost and not counted: the rest arrives, within a fifth of a second."""
            rig.client.get("/health/live")
            lost = reader.lost()
            answered = [line for line in reader.lines() if line.get("route") == "health-live"]
            return lost > 0 and len(answered) + lost >= REQUESTS

        wait_for(is_accounted_for, "the number of lost lines, and the others")
        lost = reader.lost()
        figures.add(
            f"log blocked: {open_log.__doc__.split(' as ')[0]}", requests=REQUESTS, refused=0,
            wrong=0, **{"slowest s": slowest}, further=f"{lost} lines dropped and counted")
        assert slowest < 1.0 * SLACK and taken < 60
    finally:
        rig.restart_responder()
        os.close(reading)


@pytest.mark.parametrize("open_log", [open_pipe, open_stream], ids=["a pipe", "a socket"])
def test_a_log_whose_reader_died_ends_nothing(rig, open_log):
    reading, writing = open_log()
    rig.restart_responder(stderr=writing)
    os.close(writing)
    os.close(reading)
    pid = rig.responder.pid
    try:
        for _ in range(20):
            assert rig.client.get("/health/live").status == 200
        assert rig.responder.ours.poll() is None and rig.responder.pid == pid
    finally:
        rig.restart_responder()


def test_a_log_on_a_full_disk_ends_nothing(rig):
    with open("/dev/full", "wb") as full:
        rig.restart_responder(stderr=full)
        try:
            for _ in range(20):
                assert rig.client.get("/health/live").status == 200
        finally:
            rig.restart_responder()


def test_a_mailer_whose_log_nobody_reads_goes_on_sending(rig, accounts):
    reading, writing = open_pipe()
    rig.mailer.restart(stderr=writing)
    os.close(writing)
    try:
        # Each mail is a line; 4096 bytes hold less than 40 of them.
        for account in [accounts.inactive() for _ in range(60)]:
            rig.mailbox.wait(account.email)
    finally:
        rig.mailer.restart()
        os.close(reading)


# --- Descriptors -------------------------------------------------------------------------------


def descriptors_of(part) -> int:
    return len(os.listdir(f"/proc/{part.pid}/fd"))


def test_a_service_without_free_descriptors_answers_or_refuses_and_recovers(rig, load, figures):
    rig.restart_responder()
    load.threads_for_each = 8
    before = resource.prlimit(rig.responder.pid, resource.RLIMIT_NOFILE)
    with load:
        begun = time.monotonic()
        wait_for(lambda: load.all_kinds_succeed_since(begun), "a healthy start")
        # Two more than there are while everything is used, and all database sessions gone.
        limit = descriptors_of(rig.responder) + 2
        resource.prlimit(rig.responder.pid, resource.RLIMIT_NOFILE, (limit, before[1]))
        limited = time.monotonic()
        for (session,) in rig.sql(
            "SELECT id FROM information_schema.processlist WHERE user = 'gatereeve'"
        ):
            with contextlib.suppress(AssertionError):
                rig.sql(f"KILL CONNECTION {session}")
        wait_for(lambda: len(load.since(limited)) > 200, "answers without descriptors")
        resource.prlimit(rig.responder.pid, resource.RLIMIT_NOFILE, before)
        mended = time.monotonic()
        wait_for(lambda: load.all_kinds_succeed_since(mended, 5), "recovery")
    lost = load.lost_writes()
    recovery = load.recovery(mended)
    figures.add(
        f"descriptor limit of {limit}", requests=len(load.samples), refused=load.refused,
        wrong=len(load.wrong), lost=lost, **{"slowest s": load.slowest, "recovery s": recovery})
    assert load.wrong == [] and lost == 0
    assert load.slowest < 5.0 * SLACK and recovery < 5.0 * SLACK


# --- The disk ----------------------------------------------------------------------------------


@contextlib.contextmanager
def file_system(place, size: str):
    """A file system of its own, in memory; needs root."""
    place.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(file) -> None:
    """Writes until the disk is full."""
    with open(file, "wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while ballast.write(b"x" * 4096):
            pass


@pytest.mark.slow
def test_counters_without_room_on_the_disk_are_kept_by_the_instance(rig, accounts, tmp_path):
    with file_system(tmp_path / "counters", "64k") as place:
        fill(place / "ballast")
        try:
            with open(tmp_path / "log", "wb") as log:
                rig.restart_responder(stderr=log, GATEREEVE_SERVER_METRICS_DIRECTORY=str(place))
            pid = rig.responder.pid
            accounts.active()
            # Routes and statuses of all kinds: each has counters elsewhere in the file.
            for path in ("login/", "login/refresh/", "logout/", "password-reset/"):
                assert rig.client.post(path, {}).status == 400
            assert rig.responder.ours.poll() is None and rig.responder.pid == pid
            assert "No space left on device (server.metrics_directory)" in (
                tmp_path / "log").read_text()
        finally:
            rig.restart_responder()


@pytest.mark.slow
def test_a_full_disk_under_the_database_refuses_writes_and_recovers(
    tmp_path, figures, start_rig, load_on
):
    """Needs root, for a file system of its own."""
    with file_system(tmp_path / "run" / "mariadb", "300m") as place:
        rig = start_rig(tmp_path / "run")
        ballast = place / "ballast"
        with load_on(rig) as load:
            begun = time.monotonic()
            wait_for(lambda: load.all_kinds_succeed_since(begun), "a healthy start")
            fill(ballast)
            filled = time.monotonic()
            wait_for(lambda: load.is_refused_since(filled), "a database without room", 300)
            assert rig.is_live
            ballast.unlink()
            mended = time.monotonic()
            if not is_alive(rig.database.pid):
                rig.start_database()
                mended = time.monotonic()
            wait_for(lambda: load.all_kinds_succeed_since(mended, 5), "recovery")
        lost = load.lost_writes()
        figures.add(
            "disk of the database full", requests=len(load.samples), refused=load.refused,
            wrong=len(load.wrong), lost=lost,
            **{"slowest s": load.slowest, "recovery s": load.recovery(mended)})
        assert load.wrong == [] and lost == 0
        rig.stop()
