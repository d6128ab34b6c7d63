"""A service on a cluster: a responder for each node, and clients that ask any of them."""

import contextlib
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
        self.secret = rig.secret
        self.mailbox: Mailbox = rig.mailbox
        self._prepare_database()
        self.directory = directory
        self.responders = self.start_responders(**ROTATION)
        self.client = SpreadClient(self.responders)
        rig.mailer.restart(**on(cluster.nodes[0]))

    def _prepare_database(self) -> None:
        first = self.cluster.nodes[0]
        secret = self.rig.product.credential
        first.sql(f"""
            CREATE DATABASE gatereeve CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
            CREATE USER gatereeve_owner IDENTIFIED BY '{secret("database.migrate_password")}';
            CREATE USER gatereeve IDENTIFIED BY '{secret("database.password")}';
            GRANT ALL ON gatereeve.* TO gatereeve_owner;
            GRANT SELECT, INSERT, UPDATE, DELETE ON gatereeve.* TO gatereeve;
            """)
        subprocess.run(
            [PROGRAM, "migrate", "--config", "/dev/null"],
            env=settings_of(self.rig.product) | on(first), stdout=subprocess.DEVNULL, check=True)

    def start_responders(self, **settings: str) -> list[Responder]:
        """One for each node, in the order of the nodes."""
        return [
            Responder.start(
                self.rig.product, self.directory, **on(node), **SETTINGS, **settings)
            for node in self.cluster.nodes]

    def sql(self, text: str) -> list[list[str]]:
        """Rows of a query, from a node that takes part."""
        for node in self.cluster.nodes:
            if node.state == "Synced":
                return node.sql(text, "gatereeve")
        raise AssertionError("no node takes part")

    @property
    def is_ready(self) -> bool:
        return all(responder.is_ready() for responder in self.responders)

    def wait_until_whole(self) -> None:
        self.cluster.wait_until_whole()
        wait_for(lambda: self.is_ready, "a responder for each node")

    def stop(self) -> None:
        for responder in self.responders:
            with contextlib.suppress(AssertionError):
                responder.stop()
