-- Functions that only the owner of the schema executes: the steps of loading a HUD export, which handle everybody's data.
INSERT INTO schema_function (function_name)
SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p WHERE p.pronamespace = @schema@::regnamespace AND p.proname LIKE 'hud\_%'
ON CONFLICT (function_name) DO NOTHING;
