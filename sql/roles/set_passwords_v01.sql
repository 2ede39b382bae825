-- SCRAM verifiers, computed by the client: no plain password reaches the server or its log.
ALTER ROLE {{owner}} PASSWORD {{'owner_verifier'}};
ALTER ROLE {{app}} PASSWORD {{'app_verifier'}};
ALTER ROLE {{platform}} PASSWORD {{'platform_verifier'}};
ALTER ROLE {{watchdog}} PASSWORD {{watchdog_verifier}};
