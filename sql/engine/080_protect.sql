-- Protected values: encrypted where the server has keys, read by nobody but functions of the table's owner.

CREATE FUNCTION clienttrack.protect() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_protect';
COMMENT ON FUNCTION clienttrack.protect() IS
'Row trigger, BEFORE INSERT OR UPDATE: protect(''ssn'') encrypts what is given in the column ssn text into the column
ssn_encrypted bytea with the first key of the file that the setting clienttrack.encryption_key_file names, for the row
with this key (a bigint) and no other; without the setting it stays as it is. An UPDATE that leaves a value alone that is
encrypted with another key encrypts it with the first; one that changes the key of the row encrypts it for the new one.
Exactly one of the two columns is given. Raises 23514 otherwise, without the row; 42501 (the owner of the table may not
use the keys: see read_protected()), 42883 (no extension pgcrypto), 55000 (unknown key, or the server has not loaded the
library), F0000 (the file is not right), XX001 (the value cannot be decrypted), 39P01, 22023 and 42703 (trigger or table
of another kind).';

CREATE FUNCTION clienttrack.read_protected(table_name regclass, column_name name, key bigint) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'clienttrack_read_protected';
REVOKE EXECUTE ON FUNCTION clienttrack.read_protected(regclass, name, bigint) FROM PUBLIC;
-- This role belongs to nobody who logs in; other owners are granted it by a superuser.
GRANT EXECUTE ON FUNCTION clienttrack.read_protected(regclass, name, bigint) TO clienttrack_owner;
COMMENT ON FUNCTION clienttrack.read_protected(regclass, name, bigint) IS
'The protected value in a row of a table, decrypted where it is encrypted; null where there is none. Only for the owner of
the table, and only for one who was granted EXECUTE by a superuser: the encryption keys are used for tables of such owners
and superusers only. Raises 42501 otherwise, 42703 (no such protected column), 42883 (no extension pgcrypto), 55000 (unknown
key, or the server has not loaded the library), F0000 (the file of keys is not right), XX001 (the value cannot be
decrypted: it was changed, or copied from another row).';

CREATE FUNCTION clienttrack.encryption_key() RETURNS text
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'clienttrack_encryption_key';
COMMENT ON FUNCTION clienttrack.encryption_key() IS
'The id of the key that protected values are encrypted with; null where they are not. Raises 55000 where the server has not
loaded the library, F0000 or the code of the operating system''s error where the file of keys cannot be read.';

CREATE FUNCTION clienttrack.protected_key(value bytea) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'clienttrack_protected_key';
COMMENT ON FUNCTION clienttrack.protected_key(bytea) IS
'The id of the key that a value was encrypted with; null for bytes that are no encrypted value.';
