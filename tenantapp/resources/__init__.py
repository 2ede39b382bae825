"""What tenants work with: a package a resource."""
