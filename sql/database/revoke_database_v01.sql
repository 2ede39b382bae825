-- CREATE DATABASE ... TEMPLATE does not copy these.
REVOKE ALL ON DATABASE {{database}} FROM PUBLIC, {{app}}, {{platform}}, {{directory}}, {{sealer}};
GRANT CONNECT ON DATABASE {{database}} TO {{app}}, {{platform}};
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {{database}} TO {{owner}};
