#!/usr/bin/python3
"""Sends POSTs through nginx from many clients until a file appears, and counts what came back.

Usage: load.py HOST REFRESH_TOKEN CLIENTS STOP_FILE

Every request must be answered with 200. Prints one line of JSON: requests, failures by kind, and
percentiles of the time in milliseconds.
"""

import collections
import http.client
import json
import os
import socket
import ssl
import sys
import threading
import time


class Connection(http.client.HTTPSConnection):
    """To this machine, whatever address the name has."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", 443), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def client(host: str, body: str, stop: str, results: list, context: ssl.SSLContext) -> None:
    connection = Connection(host, timeout=20, context=context)
    while not os.path.exists(stop):
        started = time.monotonic()
        try:
            connection.request(
                "POST", "/api/auth/login/refresh/", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            outcome = str(response.status)
        except OSError as fault:
            outcome = type(fault).__name__
            connection.close()
        except http.client.HTTPException as fault:
            outcome = type(fault).__name__
            connection.close()
        results.append((outcome, (time.monotonic() - started) * 1000))


def main() -> None:
    host, token, clients, stop = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    context = ssl.create_default_context()
    results: list[tuple[str, float]] = []
    arguments = (host, json.dumps({"refresh": token}), stop, results, context)
    threads = [threading.Thread(target=client, args=arguments) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = collections.Counter(outcome for outcome, _ in results)
    succeeded = outcomes.pop("200", 0)
    times = sorted(took for _, took in results)
    print(json.dumps({
        "requests": len(results),
        "succeeded": succeeded,
        "failed": len(results) - succeeded,
        "failures": dict(outcomes),
        "p50": round(times[len(times) // 2], 1),
        "p99": round(times[len(times) * 99 // 100], 1),
        "longest": round(times[-1], 1),
    }))


if __name__ == "__main__":
    main()
