-- How many sessions a role may have, in all databases of the server together: the rest is for others.
ALTER ROLE {{app}} CONNECTION LIMIT {{app_connections}};
ALTER ROLE {{platform}} CONNECTION LIMIT {{platform_connections}};
