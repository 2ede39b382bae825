import pytest

pytest.register_assert_rewrite("tests.isolation.http.walk")
