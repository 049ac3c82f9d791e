-- The role that reads everything and writes nothing. Variables: password, databases (separated by spaces).
SELECT 'CREATE ROLE backup LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup') \gexec
ALTER ROLE backup NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
GRANT pg_read_all_data TO backup;
SELECT format('GRANT CONNECT ON DATABASE %I TO backup', name)
FROM unnest(string_to_array(:'databases', ' ')) AS name \gexec
