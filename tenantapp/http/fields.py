"""Fields that take what a person typed and keep it in one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from marshmallow import ValidationError, fields, validate

from tenantapp.http.moments import COMPARED, KEPT, read_moment
from tenantapp.http.texts import LONGEST_DECOMPOSITION, compose, refuse_unstorable, texts_in
from tenantapp.models.columns import LONGEST_TAG, MOST_TAGS
from tenantapp.models.states import States

LARGEST_OBJECT = 16 * 1024
NONE = "none"
_AN_ID = fields.UUID(error_messages={"invalid_uuid": f"Not a valid UUID, nor {NONE}."})


class Text(fields.String):
    """Text in NFC without white space around it, with something in it, of at most `length` characters.

    Its length is that of the form in which it is kept, which may be longer than what was sent.
    """

    def __init__(self, length: int, **kwargs: Any) -> None:
        self._length = validate.Length(1, length)
        self._longest_sent = LONGEST_DECOMPOSITION * length
        super().__init__(validate=self._length, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).strip()
        # No longer text becomes short enough, so no more work is done on it.
        if len(text) > self._longest_sent:
            self._length(text)
        refuse_unstorable(text)
        return self._kept(text)

    def _kept(self, text: str) -> str:
        return compose(text).strip()


class LowerCaseText(Text):
    """Text in lower case: it is compared by value."""

    def _kept(self, text: str) -> str:
        # Letters and marks that compose in lower case alone are parted in upper case.
        return compose(super()._kept(text).lower())


class Email(LowerCaseText):
    """An e-mail address."""

    def __init__(self, *, metadata: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(254, metadata={"format": "email", **(metadata or {})}, **kwargs)
        self.validators.append(validate.Email())


class Count(fields.Integer):
    """A whole number in a query string, of digits alone: `int` takes signs, spaces and underscores too."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Word(fields.String):
    """One of a few words.

    Args:
        values: the words.
        default: the one that a new row gets where nothing is said.
        metadata: what else the API document tells of it.
    """

    def __init__(
        self,
        values: Sequence[str],
        default: str | None = None,
        *,
        metadata: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        told = {} if default is None else {"default": default}
        super().__init__(validate=validate.OneOf(values), metadata={**told, **(metadata or {})}, **kwargs)


def each_once(values: Sequence[object]) -> None:
    """Refuse a list that holds a value twice.

    Raises:
        ValidationError: it does.
    """
    if len(set(values)) < len(values):
        raise ValidationError("Must not hold a value twice.")


class ShortList(fields.List[Any]):
    """A list of a few items, which are counted before any of them is looked at.

    Args:
        item: what each item is.
        least: how many there are at least.
        most: how many there are at most.
        then: further validators of the whole list.
    """

    def __init__(
        self,
        item: fields.Field[Any],
        *,
        least: int | None = None,
        most: int,
        then: Sequence[Callable[[Any], Any]] = (),
        **kwargs: Any,
    ) -> None:
        self._count = validate.Length(least, most)
        super().__init__(item, validate=[self._count, *then], **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, list):
            self._count(value)
        items: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return items


class Tags(ShortList):
    """A few short words, in lower case, each once, in order."""

    def __init__(self, *, metadata: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        description = f"At most {MOST_TAGS} words; kept in lower case, each once, in order."
        metadata = {"description": description, **(metadata or {})}
        super().__init__(LowerCaseText(LONGEST_TAG), most=MOST_TAGS, metadata=metadata, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        return sorted(set(super()._deserialize(value, attr, data, **kwargs)))


class State(Word):
    """Where something stands; its steps are told in words, then the rule that they follow, if any."""

    def __init__(self, states: States, rule: str = "", **kwargs: Any) -> None:
        steps = f"Begins as {' or '.join(states.starts)}. Steps: {states}."
        metadata = {"description": f"{steps} {rule}".strip()}
        super().__init__(states.names, states.initial, metadata=metadata, **kwargs)


class Reference(fields.UUID):
    """The id of a row of the tenant's: one that is unknown is refused by the database."""

    def __init__(self, one: str, **kwargs: Any) -> None:
        example = {"examples": [None]} if kwargs.get("allow_none") else {}
        super().__init__(metadata={"description": f"The id of {one}.", **example}, **kwargs)


class ReferenceOrNone(fields.String):
    """What rows refer to, in a query string, which has no null: an id, or `none` for those that have none."""

    def __init__(self) -> None:
        either = [{"format": "uuid"}, {"const": NONE}]
        described = f"Equal to this; `{NONE}`: those that have none."
        super().__init__(metadata={"description": described, "anyOf": either})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return None if text == NONE else _AN_ID.deserialize(text)


class Moment(fields.AwareDateTime):
    """A point in time with its offset, kept in UTC to the microsecond."""

    pattern = KEPT
    default_error_messages = {  # noqa: RUF012 - as marshmallow has it
        "invalid": "Not a moment with its offset, such as 2026-03-01T09:30:00Z."
    }

    def __init__(self, *, metadata: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(metadata={"pattern": self.pattern, **(metadata or {})}, **kwargs)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> datetime:
        try:
            return self._kept(read_moment(str(value), self.pattern))
        except ValueError as error:
            raise self.make_error("invalid", input=value) from error

    def _kept(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC)


class MomentBound(Moment):
    """A point in time that others are compared with: in UTC it may lie beyond the years of four digits."""

    pattern = COMPARED

    def _kept(self, moment: datetime) -> datetime:
        return moment


class JsonObject(fields.Dict):
    """A JSON object of at most 16 KiB, whatever is in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), validate=_storable_json, **kwargs)


def _storable_json(value: dict[str, Any]) -> None:
    if len(orjson.dumps(value)) > LARGEST_OBJECT:
        raise ValidationError(f"Must be at most {LARGEST_OBJECT} bytes as JSON.")
    for text in texts_in(value):
        refuse_unstorable(text)
