-- From template0, so that nothing a server's template1 collected comes along.
CREATE DATABASE {{database}} TEMPLATE template0 ENCODING 'UTF8';
