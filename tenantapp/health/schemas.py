"""What is told of the program's health."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class HealthSchema(Schema):
    """That the process answers."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))


class ReadinessSchema(Schema):
    """Whether the program may be sent requests."""

    status = fields.String(required=True, validate=validate.OneOf(["ready", "not ready"]))
    problems = fields.List(
        fields.String(metadata={"examples": ["connection: the database does not answer"]}),
        required=True,
        metadata={"description": "What is wrong; where it is ready, what could be better.", "examples": [[]]},
    )
