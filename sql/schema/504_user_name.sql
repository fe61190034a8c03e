-- How a user of the HMIS is named to those who read views.

CREATE OR REPLACE FUNCTION user_name(u hmis_user) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
-- Returns the name of a user to show.
RETURN nullif(concat_ws(' ', u.user_first_name, u.user_last_name), '');
COMMENT ON FUNCTION user_name(hmis_user) IS 'Used by the views that name who did what: first and last name; null where none is known.';
