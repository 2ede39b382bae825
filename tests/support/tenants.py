"""The kit's tenants, under the name that the tests know."""

from tenantapp.testing.tenants import TenantUnderTest, issue, make_tenant

__all__ = ["TenantUnderTest", "issue", "make_tenant"]
