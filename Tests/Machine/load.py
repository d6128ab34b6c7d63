#!/usr/bin/python3
"""Sends POSTs through nginx from many clients until a file appears, and counts what came back.

Usage: load.py HOST SECRET_FILE USER_ID CLIENTS STOP_FILE

Each client, a process of its own, refreshes and logs out in turn. A refresh may be repeated; a logout
happens once: its token was made for this one request, so that one which is carried out twice is
answered 401 the second time. Between two requests a client rests for 20 ms; without that all that was
measured would be how the clients fight for the processors. Prints one line of JSON: requests,
failures by kind, logouts that were answered well, and percentiles of the time in milliseconds.
"""

import collections
import http.client
import itertools
import json
import multiprocessing
import os
import socket
import ssl
import sys
import time

import forgery

Answer = collections.namedtuple("Answer", "path outcome milliseconds")

REFRESH, LOGOUT = "/api/auth/login/refresh/", "/api/auth/logout/"
REST = 0.02  # Seconds.
GOOD = {REFRESH: "200", LOGOUT: "205"}


class Connection(http.client.HTTPSConnection):
    """To this machine, whatever address the name has."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", 443), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def send(connection: Connection, path: str, token: str) -> str:
    """The status of the answer, or the kind of the failure."""
    try:
        connection.request(
            "POST", path, json.dumps({"refresh": token}), {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return str(response.status)
    except (OSError, http.client.HTTPException) as fault:
        connection.close()
        return type(fault).__name__


def client(host: str, secret: str, user_id: str, stop: str) -> list[Answer]:
    connection = Connection(host, timeout=20, context=ssl.create_default_context())
    kept = forgery.sign(forgery.claims(user_id), secret)
    answers = []
    for path in itertools.cycle((REFRESH, LOGOUT)):
        if os.path.exists(stop):
            return answers
        token = forgery.sign(forgery.claims(user_id), secret) if path == LOGOUT else kept
        started = time.monotonic()
        outcome = send(connection, path, token)
        answers.append(Answer(path, outcome, (time.monotonic() - started) * 1000))
        time.sleep(REST)


def main() -> None:
    host, secret_file, user_id, clients, stop = sys.argv[1:]
    with open(secret_file, encoding="utf-8") as file:
        secret = file.read().strip()
    arguments = [(host, secret, user_id, stop)] * int(clients)
    with multiprocessing.Pool(len(arguments)) as pool:
        answers = list(itertools.chain(*pool.starmap(client, arguments, chunksize=1)))
    failures = collections.Counter(
        f"{answer.path} {answer.outcome}"
        for answer in answers if answer.outcome != GOOD[answer.path])
    times = sorted(answer.milliseconds for answer in answers)
    print(json.dumps({
        "requests": len(answers),
        "failed": sum(failures.values()),
        "failures": dict(failures),
        "logouts": sum(answer[:2] == (LOGOUT, GOOD[LOGOUT]) for answer in answers),
        "p50": round(times[len(times) // 2], 1),
        "p99": round(times[len(times) * 99 // 100], 1),
        "longest": round(times[-1], 1),
    }))


if __name__ == "__main__":
    main()
