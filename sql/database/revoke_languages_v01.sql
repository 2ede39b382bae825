-- USAGE on a language is the right to write DO blocks and functions in it; running existing functions needs none.
DO $revoke_languages$
DECLARE
    language name;
BEGIN
    FOR language IN SELECT lanname FROM pg_catalog.pg_language WHERE lanpltrusted LOOP
        EXECUTE format('REVOKE USAGE ON LANGUAGE %I FROM PUBLIC, {{app}}, {{platform}}', language);
        EXECUTE format('GRANT USAGE ON LANGUAGE %I TO {{owner}}', language);
    END LOOP;
END
$revoke_languages$;
