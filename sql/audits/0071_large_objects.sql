-- error: There are large objects, which no policy keeps.
SELECT 'large objects', format('%s of them', count(*)), 'SELECT lo_unlink(oid) FROM pg_largeobject_metadata'
FROM pg_largeobject_metadata
HAVING count(*) > 0;
