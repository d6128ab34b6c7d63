"""The pages behind the links of mails, in a real browser: Debian's Chromium, without a screen."""

import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import product as products
import pytest
from accounts import Accounts
from client import Client
from mailboxes import Mailbox, link_of
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 30.0
NEW_PASSWORD = "four other unrelated words"
# Chromium asks for it by itself.
NOT_OURS = "/favicon.ico"


class Browser:
    """One window, with what it asked for and complained of."""

    def __init__(self, profile) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        # Root and most containers cannot have its sandbox; all pages are ours.
        for argument in ("headless=new", "disable-dev-shm-usage", "disable-gpu", "no-sandbox",
                         f"user-data-dir={profile}"):
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(
            service=webdriver.chrome.service.Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)

    def open(self, link: str) -> None:
        self.driver.get(link)

    def element(self, name: str):
        return self.driver.find_element(By.ID, name)

    def wait(self, what) -> None:
        WebDriverWait(self.driver, PATIENCE, 0.02).until(lambda _: what())

    def heading(self) -> str:
        """What the person reads first."""
        return next(one.text for one in self.driver.find_elements(By.TAG_NAME, "h1") if one.text)

    def wait_for_heading(self, text: str) -> None:
        self.wait(lambda: self.heading() == text)

    def faults(self, field: str) -> list[str]:
        items = self.element(f"{field}-fault").find_elements(By.TAG_NAME, "li")
        return [item.text for item in items]

    @property
    def focused(self) -> str:
        return self.driver.switch_to.active_element.get_attribute("id")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def requests(self) -> list[dict]:
        """What was asked for since the last call, other than by the browser itself."""
        events = [json.loads(entry["message"])["message"]
                  for entry in self.driver.get_log("performance")]
        asked = [event["params"]["request"] for event in events
                 if event["method"] == "Network.requestWillBeSent"]
        return [one for one in asked
                if one["url"].startswith("http") and urlsplit(one["url"]).path != NOT_OURS]

    def complaints(self) -> list[str]:
        """Warnings and errors of the console, since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("WARNING", "SEVERE") and NOT_OURS not in entry["message"]]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.driver.quit()


@pytest.fixture
def browser(chromium):
    """With an empty page."""
    chromium.open("about:blank")
    chromium.requests()
    chromium.complaints()
    return chromium


def reset_link(accounts, account) -> str:
    assert accounts.client.post("password-reset/", {"email": account.email}).status == 200
    # The first mail was that of the registration.
    return link_of(accounts.mailbox.wait(account.email, 2))


def test_a_person_chooses_a_new_password(browser, accounts, account):
    link = reset_link(accounts, account)
    browser.open(link)
    assert browser.heading() == browser.driver.title == "Choose a new password"
    assert browser.focused == "password"
    # By keyboard alone, wrong twice.
    browser.press(NEW_PASSWORD, Keys.TAB, "four others" + Keys.ENTER)
    assert browser.faults("repeated") == ["The two passwords differ."]
    for field in ("password", "repeated"):
        browser.element(field).clear()
        browser.element(field).send_keys("12345")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.faults("password"))
    assert "too short" in browser.faults("password")[0]
    assert browser.focused == "password"
    for field in ("password", "repeated"):
        browser.element(field).clear()
        browser.element(field).send_keys(NEW_PASSWORD)
    browser.press(Keys.TAB)
    assert browser.focused == "show"
    browser.press(Keys.TAB)
    assert browser.focused == "save"
    # That answer was as it should be, and the console tells of it.
    (complaint,) = browser.complaints()
    assert "400" in complaint
    browser.press(Keys.ENTER)
    browser.wait_for_heading("Your password has been changed")
    assert accounts.login(accounts.with_password(account, NEW_PASSWORD)).status == 200
    assert browser.complaints() == []


def test_a_link_that_is_spent_is_nowhere_in_the_browser_any_more(browser, accounts, account):
    link = reset_link(accounts, account)
    token = urlsplit(link).path.split("/")[-2]
    browser.open(link)
    for field in ("password", "repeated"):
        browser.element(field).send_keys(NEW_PASSWORD)
    browser.press(Keys.ENTER)
    browser.wait_for_heading("Your password has been changed")
    origin = "{0.scheme}://{0.netloc}/".format(urlsplit(link))
    assert browser.driver.current_url == origin
    assert token not in browser.driver.page_source
    assert browser.driver.execute_script("return document.forms[0].password.value") == ""
    # Whoever goes back and forward finds neither the link nor a page that was kept.
    browser.driver.back()
    assert token not in browser.driver.current_url
    browser.driver.forward()
    browser.wait(lambda: browser.driver.current_url == origin)
    assert token not in browser.driver.page_source
    asked = browser.requests()
    assert [one["method"] for one in asked[:2]] == ["GET", "PATCH"]
    for one in asked:
        assert urlsplit(one["url"]).netloc == urlsplit(link).netloc, one["url"]
        assert not one["headers"].get("Referer")


def test_a_void_link_is_told_after_the_form_was_sent(browser, accounts, account):
    link = reset_link(accounts, account)
    browser.open(link.replace(urlsplit(link).path.split("/")[-2], "void"))
    for field in ("password", "repeated"):
        browser.element(field).send_keys(NEW_PASSWORD)
    browser.press(Keys.ENTER)
    browser.wait_for_heading("This link does not work")
    assert accounts.login(account).status == 200


def test_a_person_confirms_an_address(browser, accounts):
    account = accounts.inactive()
    link = link_of(accounts.mailbox.wait(account.email))
    browser.open(link)
    assert browser.heading() == "E-mail address confirmed"
    assert accounts.login(account).status == 200
    browser.open(link.replace("token=", "token=x"))
    assert "does not work" in browser.heading()
    (complaint,) = browser.complaints()
    assert "400" in complaint


def test_a_person_confirms_an_address_with_the_password(browser, tmp_path):
    product = products.start(
        tmp_path / "run", secrets.token_hex(32), BUILD="no", RATE_LIMITS="off",
        GATEREEVE_MAIL_POLL_INTERVAL="100", GATEREEVE_LINKS_VERIFY_EMAIL_ASKS_PASSWORD="true")
    try:
        accounts = Accounts(Client(product.base_url), Mailbox(product.mail_directory))
        account = accounts.inactive()
        browser.open(link_of(accounts.mailbox.wait(account.email)))
        assert browser.focused == "password"
        browser.press("wrong horse" + Keys.ENTER)
        browser.wait(lambda: browser.faults("password"))
        assert accounts.login(account).status == 401
        browser.press(account.password + Keys.ENTER)
        browser.wait_for_heading("E-mail address confirmed")
        assert urlsplit(browser.driver.current_url).query == ""
        assert accounts.login(account).status == 200
    finally:
        assert product.stop() == 0


class Stranger:
    """A site of somebody else, with one page, which writes down what it is asked for."""

    def __init__(self, page: str = "") -> None:
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"

    def __enter__(self) -> "Stranger":
        threading.Thread(target=self.server.serve_forever).start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_what_got_into_the_page_runs_nothing_and_tells_nobody(browser, client):
    with Stranger() as stranger:
        browser.open(f"{client.base_url}/api/auth/password-reset-confirm/MQ/x/")
        browser.driver.execute_script(
            """
            const script = document.createElement('script');
            script.textContent = 'window.ran = "inline"';
            document.body.append(script);
            const foreign = document.createElement('script');
            foreign.src = arguments[0] + 'script';
            document.body.append(foreign);
            document.body.insertAdjacentHTML('beforeend',
                `<img src="${arguments[0]}image" onerror="window.ran = 'attribute'">`);
            document.body.insertAdjacentHTML('beforeend', '<base href="' + arguments[0] + '">');
            """, stranger.address)
        sent = browser.driver.execute_async_script(
            """
            const done = arguments[arguments.length - 1];
            fetch(arguments[0] + 'fetch').then(() => done('sent'), () => done('refused'));
            """, stranger.address)
        # A form that sends what is typed elsewhere.
        browser.driver.execute_script(
            "const form = document.createElement('form'); form.action = arguments[0] + 'form';"
            "document.body.append(form); form.submit();", stranger.address)
        complaints = []

        def has_refused_all():
            complaints.extend(browser.complaints())
            text = "\n".join(complaints)
            return all(directive in text for directive in (
                "script-src", "img-src", "connect-src", "base-uri", "form-action"))

        browser.wait(has_refused_all)
        assert sent == "refused"
        assert browser.driver.execute_script("return window.ran ?? null") is None
        assert stranger.asked == []


def test_a_page_is_shown_in_no_frame(browser, client):
    link = f"{client.base_url}/api/auth/password-reset-confirm/MQ/x/"
    with Stranger(f'<title>frame</title><iframe src="{link}"></iframe>') as stranger:
        browser.open(stranger.address)
        browser.wait(lambda: any("frame-ancestors" in one for one in browser.complaints()))
        browser.driver.switch_to.frame(0)
        assert browser.driver.find_elements(By.ID, "form") == []
        browser.driver.switch_to.default_content()
