"""Samples as the API reads and writes them: with every field of marshmallow's that a column can be of."""

from __future__ import annotations

from marshmallow import Schema, fields, validate
from tenantapp.resources.samples.models import Grade, Sample

from tenantapp.http.auto_field import auto_field
from tenantapp.http.fields import Text
from tenantapp.http.resource import ResourceSchema


class LineSchema(Schema):
    """What a sample has a list of."""

    label = Text(20, required=True)
    count = fields.Integer(strict=True)
    share = fields.Float()
    parts = fields.List(fields.List(fields.String()))


class SampleSchema(ResourceSchema):
    """A sample."""

    class Meta:
        model = Sample

    name = auto_field()
    price = fields.Decimal(required=True)
    ratio = auto_field()
    weight = auto_field()
    reading = auto_field()
    small = fields.Integer(strict=True, required=True)
    big = fields.Integer(as_string=True, required=True)
    day = auto_field()
    opens = auto_field()
    local = auto_field()
    at = fields.AwareDateTime(allow_none=True)
    lasts = auto_field()
    size = auto_field()
    grade = fields.Enum(Grade, by_value=True, required=True)
    mood = auto_field()
    link = fields.Url(allow_none=True)
    active = auto_field()
    address = auto_field()
    key = auto_field()
    words = fields.List(fields.String(), required=True, validate=validate.Length(max=5))
    grid = auto_field()
    days = auto_field()
    lines = fields.List(fields.Nested(LineSchema))
    extra = auto_field()
    tags = auto_field()
    from_ = auto_field(data_key="from")
    class_ = auto_field(data_key="class")
    count = auto_field()
    index = auto_field()
    maker = auto_field("_make_")
    double_price = fields.Function(lambda row: row.price * 2)
    told = fields.Method("tell")
    kind = fields.Constant("sample", dump_only=True)

    def tell(self, row: Sample) -> str:
        """Return what a sample is called in a sentence."""
        return f"{row.name}, {row.size.name}"
