"""Fields that are what their columns are: length, nullability, default and words are said by the model alone.

Named as in marshmallow-sqlalchemy, and of the same meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, fields
from marshmallow.schema import SchemaMeta
from sqlalchemy.dialects import postgresql

from tenantapp.http.fields import Email, JsonObject, Moment, Reference, State, Tags, Text, Word
from tenantapp.http.limits import item_of
from tenantapp.models.declarations import DECLARES, ScopedForeignKey
from tenantapp.models.scoped import Record, table_of

Column = sa.Column[Any]
Make = Callable[..., fields.Field[Any]]


class SQLAlchemyAutoField(fields.Field[Any]):
    """Stands for a field until the schema that declares it is complete; see `auto_field`."""

    def __init__(self, column_name: str | None, model: type[Record] | None, options: dict[str, Any]) -> None:
        super().__init__()
        self.column_name, self.model, self.options = column_name, model, options


def auto_field(
    column_name: str | None = None, *, model: type[Record] | None = None, **kwargs: Any
) -> SQLAlchemyAutoField:
    """Return a field that is made after a column of the schema's model.

    Args:
        column_name: the column; by default of the field's own name.
        model: the model, where it is not that of the schema's `Meta`.
        kwargs: what differs from what the column says, as the field's own arguments.
    """
    return SQLAlchemyAutoField(column_name, model, kwargs)


class SQLAlchemySchemaMeta(SchemaMeta):
    """Makes the fields that `auto_field` stands for."""

    @classmethod
    def get_declared_fields(
        mcs,  # noqa: N804 - as marshmallow calls it
        klass: SchemaMeta,
        cls_fields: list[tuple[str, Any]],
        inherited_fields: list[tuple[str, Any]],
        dict_cls: type[dict[str, Any]] = dict,
    ) -> dict[str, Any]:
        """Return the schema's fields by name; see the base."""
        made = [(name, _resolved(klass, name, field)) for name, field in cls_fields]
        return super().get_declared_fields(klass, made, inherited_fields, dict_cls)


class SQLAlchemySchema(Schema, metaclass=SQLAlchemySchemaMeta):
    """A schema whose `Meta` names a `model`, after whose columns it makes its fields."""


def field_for(column: Column, **kwargs: Any) -> fields.Field[Any]:
    """Return the field of a column.

    Args:
        column: the column.
        kwargs: what differs from what it says.

    Raises:
        TypeError: no field is known for the column's type.
    """
    has_default = column.default is not None or column.server_default is not None
    options: dict[str, Any] = {
        "required": not column.nullable and not has_default,
        "allow_none": bool(column.nullable),
        # PostgreSQL alone computes it.
        "dump_only": column.computed is not None,
        **kwargs,
    }
    if options["dump_only"]:
        options["required"] = False
        return _shown(column, options)
    return _of_word(column, options) or _made(column.type, options)


def _resolved(schema: Any, name: str, field: Any) -> Any:
    if not isinstance(field, SQLAlchemyAutoField):
        return field
    model = field.model or schema.Meta.model
    column_name = field.column_name or name
    made = field_for(table_of(model).columns[column_name], **field.options)
    if column_name != name and made.attribute is None:
        made.attribute = column_name
    return made


def _of_word(column: Column, options: dict[str, Any]) -> fields.Field[Any] | None:
    """Return the field of a column that was declared by a word of `tenantapp.models.columns`."""
    declared = column.info.get(DECLARES)
    if isinstance(declared, ScopedForeignKey):
        one = options.pop("one", f"a {declared.table.removesuffix('s').replace('_', ' ')}")
        return Reference(one, **options)
    if "states" in column.info:
        return State(column.info["states"], **options)
    if "words" in column.info:
        default = column.server_default
        word = str(default.arg) if isinstance(default, sa.DefaultClause) else None
        return Word(column.info["words"], word, **options)
    kind = _SHAPES.get(column.info.get("shape", ""))
    return None if kind is None else kind(**options)


def _shown(column: Column, options: dict[str, Any]) -> fields.Field[Any]:
    """Return the field of a column that is only shown: nothing is said of what may be written."""
    if "words" in column.info and isinstance(column.type, sa.String):
        return Word(column.info["words"], **options)
    return _made(column.type, options)


_SHAPES: dict[str, Make] = {"email": Email, "tags": Tags}


def _made(kind: sa.types.TypeEngine[Any], options: dict[str, Any]) -> fields.Field[Any]:
    for types, make in _MADE:
        if isinstance(kind, types):
            return make(kind, **options)
    raise TypeError(f"{kind!r}: no field is known for columns of this type; declare one of marshmallow's")


def _text(kind: Any, **options: Any) -> fields.Field[Any]:
    is_bounded = kind.length is not None and not options.get("dump_only")
    return Text(kind.length, **options) if is_bounded else fields.String(**options)


def _enumeration(kind: Any, **options: Any) -> fields.Field[Any]:
    return fields.Enum(kind.enum_class, **options) if kind.enum_class else Word(kind.enums, **options)


def _moment(kind: Any, **options: Any) -> fields.Field[Any]:
    if not kind.timezone:
        return fields.NaiveDateTime(**options)
    return fields.AwareDateTime(**options) if options.get("dump_only") else Moment(**options)


def _list(kind: Any, **options: Any) -> fields.Field[Any]:
    inner: fields.Field[Any] = _made(item_of(kind), {})
    for _ in range(1, kind.dimensions or 1):
        inner = fields.List(inner)
    return fields.List(inner, **options)


def _plain(field: type[fields.Field[Any]], **more: Any) -> Make:
    return lambda _kind, **options: field(**{**more, **options})


# The first that a type is decides: an Enum is a String too.
_MADE: tuple[tuple[Any, Make], ...] = (
    (sa.Enum, _enumeration),
    (sa.String, _text),
    (sa.Boolean, _plain(fields.Boolean)),
    (sa.Integer, _plain(fields.Integer)),
    (sa.Float, _plain(fields.Float)),
    # As text: what reads a number from JSON keeps 15 digits or so of it.
    (sa.Numeric, _plain(fields.Decimal, as_string=True)),
    (sa.DateTime, _moment),
    (sa.Date, _plain(fields.Date)),
    (sa.Time, _plain(fields.Time)),
    ((sa.Interval, postgresql.INTERVAL), _plain(fields.TimeDelta)),
    (sa.Uuid, _plain(fields.UUID)),
    (postgresql.INET, _plain(fields.IP)),
    (sa.JSON, _plain(JsonObject)),
    (sa.ARRAY, _list),
)
