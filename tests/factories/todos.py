"""Todos."""

from __future__ import annotations

import secrets

import factory

from tenantapp.todos.models import Todo


class TodoFactory(factory.Factory):
    """Makes todos that nobody else's resemble."""

    class Meta:
        model = Todo

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    text = factory.LazyAttribute(lambda todo: f"Do {todo.mark}.")
