"""A service that cannot start, as systemd sees it: it says why, waits, and leaves with a status."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

import pytest
from administration import PROGRAM, settings_of

# How long a service waits that cannot start.
PAUSE = 5.0
PATIENCE = 60.0


@dataclass
class Start:
    process: subprocess.Popen
    began: float

    def wait_for(self, text: str) -> None:
        """Reads standard error up to a line with a text."""
        for line in self.process.stderr:
            if text in line:
                return
        raise AssertionError(f"it ended without saying {text!r}")

    def finish(self) -> tuple[int, float]:
        """The exit status, and how many seconds it took."""
        status = self.process.wait(PATIENCE)
        return status, time.monotonic() - self.began


@pytest.fixture
def manager(tmp_path):
    """The socket of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(PATIENCE)
        yield listener


@pytest.fixture
def start(started_product, tmp_path):
    """Starts `gatereeve serve` or `mailer` on the database of the product; a value None unsets one."""
    started = []

    def start_one(command: str, **changes: str | None) -> Start:
        environment = settings_of(started_product) | {
            "GATEREEVE_SERVER_LISTEN": str(tmp_path / "responder.sock"),
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
        } | changes
        environment = {name: text for name, text in environment.items() if text is not None}
        one = Start(
            subprocess.Popen(
                [PROGRAM, command], env=environment, stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True,
            ),
            time.monotonic(),
        )
        started.append(one.process)
        return one

    yield start_one
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


# No secrets at all.
FAULT = {"CREDENTIALS_DIRECTORY": "/nowhere"}


@pytest.mark.parametrize("command", ["serve", "mailer"])
@pytest.mark.parametrize(
    "changes, complaint",
    [
        (FAULT, "tokens.signing_secret: is missing"),
        ({"GATEREEVE_PATHS_SHARE": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_service_with_faulty_settings_does_not_spin(manager, start, command, changes, complaint):
    one = start(command, **changes)
    one.wait_for(complaint)
    status, seconds = one.finish()
    assert status == 78
    assert seconds >= PAUSE


def test_counters_that_cannot_be_kept_do_not_make_it_spin_either(manager, start):
    one = start("serve", GATEREEVE_SERVER_METRICS_DIRECTORY="/nowhere")
    one.wait_for("server.metrics_directory")
    status, seconds = one.finish()
    assert (status, seconds >= PAUSE) == (71, True)


def test_a_person_at_a_terminal_does_not_wait(start):
    status, seconds = start("serve", NOTIFY_SOCKET=None, **FAULT).finish()
    assert status == 78
    assert seconds < PAUSE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_is_told_to_leave_meanwhile_leaves_at_once_and_has_not_failed(
    manager, start, number
):
    one = start("serve", **FAULT)
    one.wait_for("tokens.signing_secret")
    one.process.send_signal(number)
    assert one.finish()[0] == 0


@pytest.mark.parametrize("command", ["serve", "mailer"])
def test_whoever_waits_for_the_database_leaves_when_told_to(manager, start, command):
    one = start(command, GATEREEVE_DATABASE_SOCKET="/nowhere")
    one.wait_for("waiting for the database")
    one.process.send_signal(signal.SIGTERM)
    assert one.finish()[0] == 0


def test_it_comes_back_by_itself_when_the_settings_are_mended(manager, start, tmp_path):
    settings = tmp_path / "gatereeve.yaml"
    settings.write_text("server:\n  workers: many\n")
    os.chmod(settings, 0o600)
    one = start("serve", GATEREEVE_CONFIG=str(settings))
    one.wait_for("server.workers")
    settings.write_text("server:\n  workers: 2\n")
    assert one.finish()[0] == 78
    # The service manager starts it again, as it does after a crash: at once.
    again = start("serve", GATEREEVE_CONFIG=str(settings))
    assert manager.recv(100) == b"READY=1"
    again.process.send_signal(signal.SIGTERM)
    assert again.finish()[0] == 0
