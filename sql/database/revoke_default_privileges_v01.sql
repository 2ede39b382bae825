-- What migrations create is closed until they grant it: a function without a GRANT is nobody's, and a new table
-- never reaches the application before its policy does.
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} REVOKE ALL ON FUNCTIONS FROM {{app}}, {{platform}};
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} REVOKE ALL ON TABLES FROM PUBLIC, {{app}}, {{platform}};
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} REVOKE ALL ON SEQUENCES FROM PUBLIC, {{app}}, {{platform}};
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} REVOKE ALL ON SCHEMAS FROM PUBLIC, {{app}}, {{platform}};
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} IN SCHEMA public, tenancy, control
    REVOKE ALL ON FUNCTIONS FROM PUBLIC, {{app}}, {{platform}};
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} IN SCHEMA public, tenancy, control
    REVOKE ALL ON TABLES FROM PUBLIC, {{app}}, {{platform}};
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} IN SCHEMA public, tenancy, control
    REVOKE ALL ON SEQUENCES FROM PUBLIC, {{app}}, {{platform}};
