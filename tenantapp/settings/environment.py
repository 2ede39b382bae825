"""Declared settings: what a key expects is said once, beside the field that it fills."""

import pkgutil
import re
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from io import StringIO
from pathlib import Path
from typing import Any

import idna
import marshmallow
from dotenv.parser import parse_stream
from environs import Env, EnvValidationError

from tenantapp.settings.addresses import Address
from tenantapp.settings.context_key import ContextKey


class SettingsError(Exception):
    """Raised when settings are missing or wrong; holds what each key expects, one line a key."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(f"{key}: {problem}" for key, problem in self.problems.items()))


class HostName(marshmallow.fields.Str):
    """A host name, in lower case and IDNA-encoded, without its trailing dot."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).removesuffix(".")
        try:
            host = idna.encode(text, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise marshmallow.ValidationError("Not a host name.") from error
        if host.rpartition(".")[2].isdigit():
            raise marshmallow.ValidationError("An IP address has no subdomains.")
        return host


class Upper(marshmallow.fields.Str):
    """A word that is written in capitals, however it was given."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).upper()


class Origins(marshmallow.fields.Str):
    """Web origins (RFC 6454), separated by commas: scheme, host, and a port where it is not the usual one."""

    _form = re.compile(r"(?P<scheme>https?)://[a-z0-9.-]+(?::(?P<port>[0-9]{1,5}))?\Z")
    _usual = (("http", "80"), ("https", "443"))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        origins = tuple(origin.strip().lower() for origin in text.split(","))
        for origin in origins:
            match = self._form.match(origin)
            # A browser leaves the usual port out, so an origin with it would never be met.
            if match is None or match.group("scheme", "port") in self._usual:
                raise marshmallow.ValidationError("Not an origin.")
        return origins


class Key(marshmallow.fields.Str):
    """A context key."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return ContextKey.parse(text)
        except ValueError as error:
            raise marshmallow.ValidationError("Not a context key.") from error


class Resolver(marshmallow.fields.Str):
    """The import path of a class that has the methods of `tenantapp.tenancy.resolver.TenantResolver`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            found = pkgutil.resolve_name(text)
        except (ImportError, ValueError, AttributeError) as error:
            raise marshmallow.ValidationError("Not an import path.") from error
        if not all(callable(getattr(found, method, None)) for method in ("of", "resolve")):
            raise marshmallow.ValidationError("Not a TenantResolver.")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one key expects, how it is parsed, and what stands in where it is absent."""

    expects: str
    parser: str
    options: dict[str, Any]
    default: Any
    by_environment: Mapping[str, Any]
    shown: Callable[[str], str]


def setting(
    parser: str,
    expects: str,
    *,
    default: Any = ...,
    by_environment: Mapping[str, Any] | None = None,
    shown: Callable[[str], str] = reprlib.repr,
    **options: Any,
) -> Any:
    """Declare a field that is read from the key of its name in capitals.

    Args:
        parser: the name of environs' parser, or one of `address`, `context_key`, `host_name`, `ip_address`,
            `origins`, `resolver`, `upper`.
        expects: completes the sentence "expected …".
        default: stands in for an absent key; without one the key is required.
        by_environment: defaults that differ, by APP_ENV.
        shown: makes a wrong value printable; secrets give something other than themselves.
        options: passed to the parser, such as `validate`.
    """
    declared = Setting(
        expects=expects,
        parser=parser,
        options=options,
        default=default,
        by_environment=by_environment or {},
        shown=shown,
    )
    # What an error may not print, a repr may not print either.
    return field(metadata={"setting": declared}, repr=shown is reprlib.repr)


def catalogue(declaring: type[Any]) -> dict[str, Setting]:
    """Return the settings that a dataclass declares, by key."""
    return {item.name.upper(): item.metadata["setting"] for item in fields(declaring)}


def read(
    declaring: type[Any], given: Mapping[str, str], app_env: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Parse what a dataclass declares, and return the values by field and the problems by key.

    Args:
        declaring: the dataclass.
        given: the keys and their values; absent keys are not in it.
        app_env: chooses among the defaults.
    """
    env = _MappingEnv(given)
    declared = catalogue(declaring)
    values = {}
    for key, item in declared.items():
        default = item.by_environment.get(app_env, item.default)
        values[key.lower()] = getattr(env, item.parser)(key, default, **item.options)
    try:
        env.seal()
    except EnvValidationError as error:
        return values, {key: _problem(declared[key], given.get(key)) for key in error.error_messages}
    return values, {}


def read_dotenv(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Read a file of KEY=value lines, and return the values by key and the problems by line.

    The values stay out of the process's environment, and are literal: a `$` in a password is a `$`.
    A file that does not exist is an empty one.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, {}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "other bytes"
        return {}, {str(path): f"expected a readable file in UTF-8, got: {reason}"}
    values, problems = {}, {}
    for line in parse_stream(StringIO(text)):
        if line.error or (line.key is not None and line.value is None):
            problems[f"{path}, line {line.original.line}"] = (
                "expected KEY=value or a comment, got something else"
            )
        elif line.key is not None and line.value is not None:
            values[line.key] = line.value
    return values, problems


class _MappingEnv(Env):
    """environs over a given mapping: by itself it always asks os.environ first."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(eager=False)
        self._given = given
        self.add_parser_from_field("address", Address)
        self.add_parser_from_field("context_key", Key)
        self.add_parser_from_field("host_name", HostName)
        self.add_parser_from_field("ip_address", marshmallow.fields.IP)
        self.add_parser_from_field("origins", Origins)
        self.add_parser_from_field("resolver", Resolver)
        self.add_parser_from_field("upper", Upper)

    def _get_value(self, env_key: str, default: Any) -> Any:
        return self._given.get(env_key, default)


def _problem(declared: Setting, value: str | None) -> str:
    got = "nothing" if value is None else declared.shown(value)
    return f"expected {declared.expects}, got {got}"
