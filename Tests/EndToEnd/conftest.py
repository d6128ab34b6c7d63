"""One running product for all tests: one that this starts, or the one that the environment names.

    GATEREEVE_BASE_URL        of a product that runs already, without rate limits
    GATEREEVE_MAIL_DIR        where its mail catcher writes
    GATEREEVE_SIGNING_SECRET  its signing secret
"""

import os
import secrets
from pathlib import Path

import product as products
import pytest
from asking import accounts, client, mailbox  # noqa: F401
from product import Product
from secret_search import summary


def pytest_collection_modifyitems(items):
    """What searches for the secrets of all tests comes after them."""
    items.sort(key=lambda item: item.path.stem == "test_secrecy")


def pytest_terminal_summary(terminalreporter):
    for line in summary():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    if "GATEREEVE_BASE_URL" in os.environ:
        yield Product(
            os.environ["GATEREEVE_BASE_URL"],
            Path(os.environ["GATEREEVE_MAIL_DIR"]),
            os.environ["GATEREEVE_SIGNING_SECRET"],
        )
        return
    run_dir = tmp_path_factory.mktemp("product") / "run"
    try:
        started = products.start(
            run_dir, secrets.token_hex(32), RATE_LIMITS="off", GATEREEVE_MAIL_POLL_INTERVAL="100"
        )
    except RuntimeError as error:
        pytest.exit(str(error), returncode=1)
    yield started
    assert started.stop() == 0


@pytest.fixture(scope="session")
def started_product(product):
    """The product, when its processes and logs are ours to look at."""
    if product.run_dir is None:
        pytest.fail("this test needs the product that the suite starts itself")
    return product


@pytest.fixture(scope="session")
def key(product):
    return product.signing_secret


@pytest.fixture
def account(accounts):
    """A new active account."""
    return accounts.active()
