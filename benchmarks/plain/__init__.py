"""What tenantapp is compared with: Flask, Flask-SQLAlchemy and marshmallow as most teams use them."""
