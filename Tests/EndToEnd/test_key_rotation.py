"""Changing the signing secret while clients are busy: two instances that take turns, started anew one by one.

The steps are those of docs/operations.md: a new secret is first accepted, then signed with, and the old
one is forgotten last.
"""

import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field

import jwt
import pytest
from administration import PROGRAM, settings_of
from client import Client
from forgery import claims, sign
from known_secrets import SECRETS
from product import free_port
from secret_search import search_later

PATIENCE = 60.0
CLIENTS = 6


class Instance:
    """A responder that takes its connections from a socket which outlives it, as under systemd."""

    def __init__(self, name: str, environment: dict[str, str], directory) -> None:
        self.environment, self.directory = environment, directory
        self.path = directory / f"{name}.sock"
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.path))
        self.listener.listen(512)
        self.process = None

    def start(self, **secrets_in_force: str) -> None:
        """Returns when the instance has said that it is ready."""
        path = self.directory / f"notify-{secrets.token_hex(4)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications:
            notifications.bind(str(path))
            notifications.settimeout(PATIENCE)
            with open(self.directory / "responders.log", "ab") as log:
                self.process = subprocess.Popen(
                    [PROGRAM, "serve"], stdin=self.listener.fileno(), stdout=log, stderr=log,
                    env={**self.environment, **secrets_in_force, "NOTIFY_SOCKET": str(path)},
                )
            while b"READY=1" not in notifications.recv(4096):
                pass

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0

    def remove(self) -> None:
        self.listener.close()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@dataclass
class Load:
    """Clients that each use a refresh token for the next one, again and again."""

    client: Client
    sign_in: object
    stop: threading.Event = field(default_factory=threading.Event)
    answers: list[int] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        tokens = [self.sign_in() for _ in range(CLIENTS)]
        self.tokens = dict(enumerate(tokens))
        self.threads = [
            threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)
        ]
        for thread in self.threads:
            thread.start()

    def _run(self, number: int) -> None:
        while not self.stop.is_set():
            answer = self.client.post("login/refresh/", {"refresh": self.tokens[number]})
            self.answers.append(answer.status)
            if answer.status != 200:
                self.refusals.append(f"{answer.status} {answer.text}")
                return
            self.tokens[number] = answer.json["refresh"]
            # The access token is good at once, whichever instance looks at it.
            header = {"Authorization": f"Bearer {answer.json['access']}"}
            status = self.client.post("register/", {}, header).status
            self.answers.append(status)
            if status != 400:
                self.refusals.append(f"access: {status}")

    def wait_for_more(self) -> None:
        """Returns after every client has done some more rounds, or failed."""
        wanted = len(self.answers) + 20 * CLIENTS
        deadline = time.monotonic() + PATIENCE
        while len(self.answers) < wanted and not self.refusals:
            assert time.monotonic() < deadline, "the clients stand still"
            time.sleep(0.02)

    def finish(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def two_instances(started_product, tmp_path):
    """A site of its own on the product's database: its client, and its two instances."""
    search_later(tmp_path)
    environment = {
        **settings_of(started_product),
        "GATEREEVE_TOKENS_ROTATE_REFRESH_TOKENS": "true",
        "GATEREEVE_LIMITS_ENABLED": "false",
        "GATEREEVE_LOG_LEVEL": "warning",
    }
    instances = [Instance(name, environment, tmp_path) for name in ("first", "second")]
    run_dir, port = started_product.run_dir, free_port()
    # On one socket a light load would all go to one instance; nginx gives them one request each in turn.
    servers = "".join(f"server unix:{instance.path} max_fails=0; " for instance in instances)
    configuration = (run_dir / "nginx.conf").read_text()
    for old, new in [
        (f"server unix:{run_dir}/responder.sock max_fails=0;", servers),
        (started_product.base_url.removeprefix("http://"), f"127.0.0.1:{port}"),
        (f"{run_dir}/nginx/", f"{tmp_path}/"), (f"{run_dir}/logs/", f"{tmp_path}/"),
        ("worker_processes 2;", "worker_processes 1;"),
    ]:
        assert old in configuration
        configuration = configuration.replace(old, new)
    (tmp_path / "gatereeve").symlink_to((run_dir / "gatereeve").resolve())
    (tmp_path / "nginx.conf").write_text(configuration)
    nginx = subprocess.Popen(
        ["nginx", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "nginx.log"],
        env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
    )
    try:
        yield Client(f"http://127.0.0.1:{port}"), instances
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE)
        for instance in instances:
            instance.remove()


def test_no_valid_token_is_refused_while_the_secret_is_changed(two_instances, accounts, key):
    client, instances = two_instances
    account = accounts.active()
    user_id = accounts.user_id(account)
    new = secrets.token_hex(32)
    SECRETS.add(new)

    def put_in_force(signing: str, verifying: str = "") -> None:
        for instance in instances:
            instance.stop()
            instance.start(
                GATEREEVE_TOKENS_SIGNING_SECRET=signing, GATEREEVE_TOKENS_VERIFYING_SECRETS=verifying
            )
            load.wait_for_more()

    def signed_with(secret: str, token: str) -> bool:
        try:
            jwt.decode(token, secret, algorithms=["HS256"])
        except jwt.InvalidSignatureError:
            return False
        return True

    for instance in instances:
        instance.start(GATEREEVE_TOKENS_SIGNING_SECRET=key)
    load = Load(client, lambda: accounts.tokens(account)["refresh"])
    try:
        load.wait_for_more()
        put_in_force(signing=key, verifying=new)
        assert all(signed_with(key, token) for token in load.tokens.values())
        put_in_force(signing=new, verifying=key)
        assert load.refusals == []
        old_token = sign(claims(user_id), key)
        answer = client.post("login/refresh/", {"refresh": sign(claims(user_id), key)})
        assert answer.status == 200
        assert signed_with(new, answer.json["refresh"])
        put_in_force(signing=new)
    finally:
        load.finish()
    assert load.refusals == []
    assert all(signed_with(new, token) for token in load.tokens.values())
    assert client.post("login/refresh/", {"refresh": old_token}).status == 401
    print(f"{len(load.answers)} requests, {len(load.refusals)} refused, 6 restarts")
