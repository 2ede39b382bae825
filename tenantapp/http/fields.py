"""Fields that take what a person typed and keep it in one form."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from tenantapp.http.dump import passes_unchanged


@passes_unchanged
class Text(fields.String):
    """Text in NFC without white space around it, with something in it, of at most `length` characters.

    PostgreSQL cannot store NUL, and UTF-8 cannot carry a lone surrogate: both are refused here.
    """

    def __init__(self, length: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(1, length), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
            raise ValidationError("Must not hold NUL or lone surrogates.")
        return unicodedata.normalize("NFC", text).strip()


@passes_unchanged
class Email(Text):
    """An e-mail address, in lower case: it is compared by value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(254, **kwargs)
        self.validators.append(validate.Email())

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        return super()._deserialize(value, attr, data, **kwargs).lower()
