"""One running product whose responders are attacked, and the figures that come of it."""

import secrets

import figures
import product as products
import pytest
from administration import Administrator
from asking import accounts, client, mailbox  # noqa: F401
from responders import Responder
from secret_search import summary
from slack import SLACK


def pytest_collection_modifyitems(items):
    """What searches for the secrets of all attacks comes after them."""
    items.sort(key=lambda item: item.path.stem == "test_secrets_of_attacks")


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    try:
        started = products.start(
            tmp_path_factory.mktemp("product") / "run", secrets.token_hex(32), RATE_LIMITS="off",
            GATEREEVE_MAIL_POLL_INTERVAL="100")
    except RuntimeError as error:
        pytest.exit(str(error), returncode=1)
    yield started
    assert started.stop() == 0


@pytest.fixture(scope="session")
def started_product(product):
    """The name that Tests/EndToEnd has for a product whose processes and logs are ours to look at."""
    return product


@pytest.fixture(scope="session")
def admin(product):
    return Administrator(product)


@pytest.fixture(scope="module", autouse=True)
def clean_record(admin):
    """What other files tried does not count here."""
    admin.sql("DELETE FROM attempts")


@pytest.fixture(scope="module")
def start_responder(product, tmp_path_factory):
    """Starts further responders, with settings of the test; they end with the module."""
    directory, started = tmp_path_factory.mktemp("s"), []

    def start(**settings: str) -> Responder:
        started.append(Responder.start(product, directory, **settings))
        return started[-1]

    yield start
    for responder in started:
        responder.stop()


def pytest_terminal_summary(terminalreporter):
    if figures.figures:
        terminalreporter.section(f"figures, times judged with {SLACK:.0f} times the bounds")
        terminalreporter.write(figures.table())
    for line in summary():
        terminalreporter.write_line(line)
