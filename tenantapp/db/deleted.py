"""Deleted rows stay out of what a session selects, counts, changes and collects, unless it is asked for them.

A many-to-one is the exception: it shows its target though that is deleted, marked by `deleted_at`.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import and_
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Mapper,
    MapperProperty,
    ORMExecuteState,
    RelationshipDirection,
    RelationshipProperty,
    Session,
    object_mapper,
    with_loader_criteria,
)
from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.orm.path_registry import PathRegistry
from sqlalchemy.orm.util import LoaderCriteriaOption

from tenantapp.models.base import Base, ModelTable
from tenantapp.models.scoped import alive, wholes
from tenantapp.postgres.private import JoinedLoader, ORMCompileState

INCLUDE_DELETED = "include_deleted"
"""The execution option by which a statement asks for deleted rows as well."""


class LivingRows(CriteriaOption):
    """Holds a statement to rows that are not deleted, wherever in it they are selected from.

    One option for all models: a statement's cache key is no longer for there being many.
    """

    __slots__ = ()
    _traverse_internals: list[Any] = []  # noqa: RUF012 - SQLAlchemy's own declaration
    propagate_to_loaders = False

    def process_compile_state(self, compile_state: ORMCompileState) -> None:
        """Hold a SELECT; one that loads a relationship, where it collects, by what it collects."""
        attributes = compile_state.global_attributes
        # An eager load has its statement's options and, as what the session executes, its own.
        if LivingRows in attributes:
            return
        attributes[LivingRows] = True
        path = getattr(compile_state, "current_path", PathRegistry.root).path
        loaded = [step for step in path if isinstance(step, RelationshipProperty)]
        if not loaded:
            self.get_global_criteria(attributes)
        elif _collects(loaded[-1]) and (criterion := _criterion(loaded[-1].mapper)):
            criterion.get_global_criteria(attributes)

    def process_compile_state_replaced_entities(
        self, compile_state: ORMCompileState, _entities: object
    ) -> None:
        """Hold a SELECT whose columns were replaced."""
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Hold any statement by what it is compiled with."""
        for mapper in Base.registry.mappers:
            if criterion := _criterion(mapper):
                criterion.get_global_criteria(attributes)


_LIVING_ROWS = LivingRows()


def leave_deleted_out(state: ORMExecuteState) -> None:
    """Hold what a session executes to living rows, unless it asks for deleted ones or refreshes an object."""
    asked = state.execution_options.get(INCLUDE_DELETED)
    if asked or state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    state.statement = state.statement.options(_LIVING_ROWS)


@RelationshipProperty.strategy_for(lazy="joined")
@RelationshipProperty.strategy_for(lazy=False)
class _LivingJoinedLoader(JoinedLoader):
    """`joinedload`, whose collections keep to the criteria of the statement; a many-to-one does not.

    SQLAlchemy's own joins either both by them or none.
    """

    __slots__ = ()

    def _create_eager_join(self, compile_state: ORMCompileState, *join: Any) -> None:
        *others, criteria = join
        held = LivingRows in compile_state.global_attributes and _collects(self.parent_property)
        if held and (criterion := _criterion(self.mapper)):
            criteria = (*criteria, criterion._resolve_where_criteria(self.mapper))
        super()._create_eager_join(compile_state, *others, criteria)  # type: ignore[no-untyped-call, call-arg]


def is_deleted(session: Session, row: object) -> bool:
    """Tell whether a row of a session's, or what it is a part of, is deleted."""
    if getattr(row, "deleted_at", None) is not None:
        return True
    return any(session.get(whole, getattr(row, key)) is None for key, whole in _wholes(object_mapper(row)))


@cache
def _wholes(mapper: Mapper[Any]) -> list[tuple[str, type[Any]]]:
    models = {other.local_table: other.class_ for other in Base.registry.mappers}
    attributes = _attributes(mapper)
    return [
        (attributes[column.key].key, models[whole])
        for column, whole in wholes(cast(ModelTable, mapper.local_table))
        if list(alive(whole))
    ]


@cache
def _criterion(mapper: Mapper[Any]) -> LoaderCriteriaOption | None:
    if conditions := list(alive(cast(ModelTable, mapper.local_table), _attributes(mapper))):
        return with_loader_criteria(
            mapper.class_, and_(*conditions), include_aliases=True, propagate_to_loaders=False
        )
    return None


def _attributes(mapper: Mapper[Any]) -> dict[str, InstrumentedAttribute[Any]]:
    return {each.columns[0].key: each.class_attribute for each in mapper.column_attrs}


def _collects(relationship: MapperProperty[Any]) -> bool:
    return cast(RelationshipProperty[Any], relationship).direction is not RelationshipDirection.MANYTOONE
