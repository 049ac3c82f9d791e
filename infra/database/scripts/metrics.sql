-- The role that reads what the server says of itself, and no data. Variables: password.
SELECT 'CREATE ROLE metrics LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'metrics') \gexec
ALTER ROLE metrics NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
GRANT pg_monitor TO metrics;
