"""A service on a cluster: a responder for each node, and clients that ask any of them."""

import contextlib
import hashlib
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

from administration import PROGRAM, settings_of
from client import PREFIX, Answer
from cluster import Cluster, Node
from mailboxes import Mailbox
from parts import Rig, wait_for
from responders import Responder

# A cheap hash: what is tried here are the nodes.
SETTINGS = {
    "GATEREEVE_PASSWORDS_ARGON2_MEMORY": "8192",
    "GATEREEVE_PASSWORDS_ARGON2_ITERATIONS": "1",
}
ROTATION = {
    "GATEREEVE_TOKENS_ROTATE_REFRESH_TOKENS": "true",
    "GATEREEVE_TOKENS_ROTATION_GRACE_PERIOD": "3600",
}


def on(node: Node) -> dict[str, str]:
    """The settings of a program whose database is a node."""
    return {"GATEREEVE_DATABASE_SOCKET": "", "GATEREEVE_DATABASE_HOST": node.host}


@dataclass
class SpreadClient:
    """Asks a responder that chance chooses, as a load balancer would."""

    responders: list[Responder]

    def post(self, path: str, value) -> Answer:
        return random.choice(self.responders).post(path, value)

    def get(self, path: str) -> Answer:
        return random.choice(self.responders).get(path if path[0] == "/" else PREFIX + path)


class SpreadService:
    """To clients the same as a `Rig`, whose mail catcher it uses."""

    def __init__(self, cluster: Cluster, rig: Rig, directory: Path) -> None:
        self.cluster = cluster
        self.rig = rig
        self.directory = directory
        self.secret = rig.secret
        self.mailbox: Mailbox = rig.mailbox
        self.ending = contextlib.ExitStack()

    def __enter__(self) -> "SpreadService":
        with self.ending:
            self._prepare_database()
            self.responders = self.ending.enter_context(self.started_responders(**ROTATION))
            self.client = SpreadClient(self.responders)
            self.rig.mailer.restart(**on(self.cluster.nodes[0]))
            self.ending.callback(self.rig.mailer.restart)
            # All went well: ended by __exit__ instead.
            self.ending = self.ending.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self.ending.close()

    def _prepare_database(self) -> None:
        first = self.cluster.nodes[0]

        def digest(credential: str) -> str:
            # What mysql_native_password keeps. The nodes write statements down as they are sent.
            password = self.rig.product.credential(credential).encode()
            return "*" + hashlib.sha1(hashlib.sha1(password).digest()).hexdigest().upper()

        first.sql(f"""
            CREATE DATABASE gatereeve CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
            CREATE USER gatereeve_owner IDENTIFIED BY PASSWORD '{digest("database.migrate_password")}';
            CREATE USER gatereeve IDENTIFIED BY PASSWORD '{digest("database.password")}';
            GRANT ALL ON gatereeve.* TO gatereeve_owner;
            GRANT SELECT, INSERT, UPDATE, DELETE ON gatereeve.* TO gatereeve;
            """)
        self.migrate()

    def migrate(self, **settings: str) -> None:
        """Runs the migrations on the first node."""
        subprocess.run(
            [PROGRAM, "migrate", "--config", "/dev/null"],
            env=settings_of(self.rig.product) | on(self.cluster.nodes[0]) | settings,
            stdout=subprocess.DEVNULL, check=True)

    @contextlib.contextmanager
    def started_responders(self, **settings: str):
        """One for each node, in the order of the nodes; all end well, or it is told."""
        with contextlib.ExitStack() as ending:
            responders = []
            for node in self.cluster.nodes:
                responders.append(Responder.start(
                    self.rig.product, self.directory, **on(node), **SETTINGS, **settings))
                ending.callback(responders[-1].stop)
            yield responders

    def sql(self, text: str) -> list[list[str]]:
        """Rows of a query, from a node that takes part."""
        for node in self.cluster.nodes:
            if node.state == "Synced":
                # What the other nodes have acknowledged counts.
                return node.sql(f"SET SESSION wsrep_sync_wait = 1; {text}", "gatereeve")
        raise AssertionError("no node takes part")

    @property
    def is_ready(self) -> bool:
        return all(responder.is_ready() for responder in self.responders)

    def wait_until_whole(self) -> int:
        restarts = self.cluster.wait_until_whole()
        wait_for(lambda: self.is_ready, "a responder for each node")
        return restarts
