"""Where the program is and listens: its domain, its address."""

import pytest

from tests.unit.settings.environ import (
    NO_DOMAIN,
    load,
    problems,
    production,
)


class TestBaseDomain:
    @pytest.mark.parametrize("host", ["localhost", "intranet", "a.localhost", "a.test", "a.invalid"])
    def test_one_that_leads_nowhere_is_refused_in_production(self, host: str) -> None:
        assert problems(**production(BASE_DOMAIN=host)) == {"BASE_DOMAIN": f"{NO_DOMAIN}{host!r}"}
        assert load(**production(APP_ENV="staging", BASE_DOMAIN=host)).base_domain == host

    def test_none_is_refused_in_production(self) -> None:
        assert problems(**production(BASE_DOMAIN="")) == {"BASE_DOMAIN": f"{NO_DOMAIN}nothing"}

    def test_one_that_is_no_host_name_is_told_once(self) -> None:
        found = problems(**production(BASE_DOMAIN="a b"))
        assert found == {"BASE_DOMAIN": "expected a host name without port, such as example.com, got 'a b'"}


class TestBindAddress:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({}, "127.0.0.1:8000"),
            ({"BIND_ADDRESS": "192.0.2.1", "PORT": "80"}, "192.0.2.1:80"),
            ({"BIND_ADDRESS": "::"}, "[::]:8000"),
        ],
    )
    def test_is_where_the_web_server_listens(self, told: dict[str, str], expected: str) -> None:
        assert load(**told).listens_on == expected

    @pytest.mark.parametrize("value", ["localhost", "0.0.0.0:80", "256.0.0.1", "unix:/run/x", "*"])
    def test_anything_but_an_address_is_refused(self, value: str) -> None:
        assert problems(BIND_ADDRESS=value) == {
            "BIND_ADDRESS": f"expected an IP address of this machine, such as 0.0.0.0, got {value!r}"
        }
