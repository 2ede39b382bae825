-- How much of the server's disk a session may fill with what does not fit into its memory. Only superusers set it, and
-- who was granted SET on it: the roles themselves cannot raise it.
ALTER ROLE {{app}} SET temp_file_limit = {{'temporary_files'}};
ALTER ROLE {{platform}} SET temp_file_limit = {{'temporary_files'}};
