"""The contract over HTTP. What a view needs of it is imported from here."""

from tenantapp.http.blueprint import Blueprint
from tenantapp.http.listing import page_schema
from tenantapp.http.pages import PageArguments, keyset_page
from tenantapp.http.permissions import permission
from tenantapp.http.problems import Problem
from tenantapp.http.transactions import transaction

__all__ = ["Blueprint", "PageArguments", "Problem", "keyset_page", "page_schema", "permission", "transaction"]
