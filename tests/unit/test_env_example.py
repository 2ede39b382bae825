"""`.env.example` documents every key, and shows the real defaults."""

import re

import pytest

from tenantapp.settings.load import KEYS, ROOT, load_settings

EXAMPLE = ROOT / ".env.example"
LINES = EXAMPLE.read_text(encoding="utf-8").splitlines()
SHOWN = {
    match[1]: match[2] for line in LINES if (match := re.fullmatch(r"(?:# )?([A-Z][A-Z0-9_]*)=(.*)", line))
}
IN_COMPOSE = set(
    re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
)


def test_the_file_documents_each_key_of_the_program_and_of_docker_compose_and_no_other() -> None:
    assert SHOWN.keys() == KEYS.keys() | IN_COMPOSE


def test_the_file_shows_each_key_once() -> None:
    assert len(SHOWN) == sum(bool(re.match(r"(# )?[A-Z][A-Z0-9_]*=", line)) for line in LINES)


def test_every_group_of_keys_is_explained() -> None:
    blocks = "\n".join(LINES).split("\n\n")
    unexplained = [block for block in blocks if re.match(r"(# )?[A-Z][A-Z0-9_]*=", block)]
    assert unexplained == []


def test_the_file_is_a_development_environment_as_it_stands() -> None:
    assert load_settings({}, EXAMPLE) == load_settings({"APP_ENV": "development"}, dotenv=None)


def test_what_is_commented_out_is_the_default() -> None:
    examples = {key for key in SHOWN if key.endswith("DATABASE_URL") or key.startswith("DB_")}
    uncommented = {key: value for key, value in SHOWN.items() if key not in examples}
    assert load_settings(uncommented, dotenv=None) == load_settings({"APP_ENV": "development"}, dotenv=None)


@pytest.mark.parametrize("key", [key for key in SHOWN if key.endswith("DATABASE_URL")])
def test_the_examples_of_addresses_are_good_ones(key: str) -> None:
    settings = load_settings({"APP_ENV": "development", key: SHOWN[key]}, dotenv=None)
    assert settings.require(key.lower()).database


def test_the_file_holds_no_secret() -> None:
    for key, value in SHOWN.items():
        if re.search(r"PASSWORD$|SECRET", key):
            assert value == "", key


def test_a_key_that_is_read_past_the_settings_is_documented_too() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tenantapp").rglob("*.py")]
    reading = re.compile(r"""(?:os\.environ(?:\.get\(|\[)|getenv\()["']([A-Z0-9_]+)["']""")
    assert {key for source in sources for key in reading.findall(source)} <= SHOWN.keys()
