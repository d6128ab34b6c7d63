"""The pages of documentation: links lead somewhere, and lists say what the code says."""

import re

import pytest
from pages import documents
from product import ROOT

PAGES = documents()
SENTENCES = [
    "Sources/AuthAPI/FieldErrors.swift",
    "Sources/AuthAPI/CustomFieldReader.swift",
    "Sources/AuthAPI/Problem.swift",
    "nginx/gatereeve.conf",
]


def anchors(text: str) -> set[str]:
    """The names that headings get on the web."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
            broken.append(target)
    assert broken == []


def test_the_readme_leads_to_every_page():
    front = (ROOT / "README.md").read_text()
    inner = {
        page for page in PAGES
        if "decisions" in page.parts or page.is_relative_to(ROOT / "share")
        or page.is_relative_to(ROOT / "Tests")
    }
    for page in set(PAGES) - inner - {ROOT / "README.md"}:
        assert f"({page.relative_to(ROOT)})" in front


def test_the_architecture_knows_every_room_and_every_arrow():
    package = (ROOT / "Package.swift").read_text()
    declared = {}
    for part in re.split(r"\n        \.(?=target|executableTarget|testTarget)", package)[1:]:
        name = re.search(r'name: "(\w+)"', part).group(1)
        is_of_tests = part.startswith("testTarget") or 'path: "Tests/' in part
        if is_of_tests or name.startswith("C") and name != "Cryptography":
            continue
        targets = re.sub(r"\.product\([^)]*\)", "", part.split("swiftSettings")[0])
        declared[name] = set(re.findall(r'"(\w+)"', targets)) - {name}
    page = (ROOT / "docs/architecture.md").read_text().split("\n## ")[1]
    documented = {
        name: set(re.findall(r"`(\w+)`", knows))
        for name, knows in re.findall(r"^\| `(\w+)` \| (.*?) ?\| ", page, flags=re.MULTILINE)
    }
    assert documented == declared


def names_of_tests() -> set[str]:
    """Every function of a Swift or Python test, as the threat model writes it, and every other file of tests."""
    names = {str(file.relative_to(ROOT)) for place in ("Tests/Machine", "scripts")
             for file in (ROOT / place).iterdir()}
    for file in (ROOT / "Tests").rglob("*Tests.swift"):
        names |= {f"{file.stem}.{name}" for name in re.findall(r"func (\w+)\(", file.read_text())}
    for file in (ROOT / "Tests").rglob("test_*.py"):
        names |= {f"{file.name}::{name}" for name in re.findall(r"def (test_\w+)\(", file.read_text())}
    return names


def rows_of_the_threat_model() -> dict[str, list[str]]:
    """The cells of each row that has an id."""
    page = (ROOT / "docs/threat-model.md").read_text()
    rows = re.findall(r"^\| ([A-Z]\d+) \|(.*)\|$", page, flags=re.MULTILINE)
    assert len(rows) == len(dict(rows)) > 100
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def test_every_attack_names_tests_that_exist_or_who_holds_it():
    known = names_of_tests()
    for name, (_, defence, proof) in rows_of_the_threat_model().items():
        named = re.findall(r"`([^`]+)`", proof)
        assert named or "held by" in defence or "**gap**" in defence, name
        assert [test for test in named if test not in known] == [], name


def test_every_gap_that_is_named_is_told():
    page = (ROOT / "docs/threat-model.md").read_text()
    gaps = re.findall(r"^(\d+)\. ", page.split("## Known gaps")[1], flags=re.MULTILINE)
    named = set(re.findall(r"\*\*gap\*\* (\d+)", page))
    assert gaps == [str(number + 1) for number in range(len(gaps))]
    requirements = (ROOT / "docs/asvs.md").read_text()
    for places in re.findall(r"\[gaps?\]\(threat-model.md#known-gaps\) ([0-9, and]+)", requirements):
        named |= set(re.findall(r"\d+", places))
    assert named <= set(gaps)


def test_the_page_about_asvs_names_ids_of_the_threat_model_and_misses_no_number():
    page = (ROOT / "docs/asvs.md").read_text()
    lines = re.findall(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$", page, flags=re.MULTILINE)
    rows = {number: [cell.strip() for cell in cells.split("|")] for number, cells in lines}
    assert len(rows) == len(lines) > 100
    for number, (_, verdict, where) in rows.items():
        assert verdict in ("met", "partly", "no", "–"), number
        assert where or verdict == "–", number
        chapter, section, place = map(int, number.split("."))
        assert place == 1 or f"{chapter}.{section}.{place - 1}" in rows, number
    ids = set(re.findall(r"\b[TSPRHDMO]\d{1,2}\b", page))
    assert ids <= set(rows_of_the_threat_model())


def test_the_api_page_has_every_route():
    source = (ROOT / "Sources/AuthAPI/Route.swift").read_text()
    page = (ROOT / "docs/api.md").read_text()
    routes = re.findall(r'path: "([^"]+)",\s*methods: \[\.(\w+)', source)
    assert len(routes) >= 10
    for path, method in routes:
        below = rf"^\| `/api/auth/{re.escape(path)}/(\?[^`]*)?` \| {method.upper()} \|"
        at_root = rf"^\| `{method.upper()} /{re.escape(path)}` \|"
        assert re.search(f"{below}|{at_root}", page, flags=re.MULTILINE), path


@pytest.mark.parametrize("source", SENTENCES)
def test_the_api_page_has_every_sentence_that_a_client_may_be_told(source):
    page = (ROOT / "docs/api.md").read_text().replace('\\"', '"')
    code = re.sub(r"^\s*//.*$", "", (ROOT / source).read_text(), flags=re.MULTILINE)
    if source.endswith(".conf"):
        literals = re.findall(r"return \d+ '(\{.*\})';", code)
        pieces = [re.search(r'"detail":"(.*)"', literal).group(1) for literal in literals]
        pieces = [piece.replace('\\\\"', '"').split("$")[0] for piece in pieces]
    else:
        literals = re.findall(r'"((?:[^"\\]|\\.)*)"', code)
        parts = [re.split(r"\\\([^()]*(?:\([^()]*\))?[^()]*\)", text) for text in literals]
        pieces = [part.replace('\\"', '"') for text in parts for part in text]
    sentences = [piece for piece in pieces if re.match(r"\w.* ", piece)]
    assert sentences
    assert [sentence for sentence in sentences if sentence.strip() not in page] == []
