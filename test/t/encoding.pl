# Where and by whom a schema can be installed: in UTF8 databases only, by a database owner who is no superuser, into a
# schema that holds nothing else; and completely or not at all.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('encoding');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

# Returns the SQLSTATE of a statement, or nothing where it succeeds.
sub sqlstate_of
{
	my ($database, $sql, %more) = @_;
	my $user = $more{user} // '';
	my ($status, undef, $stderr) = $node->psql($database, $sql, extra_params => [ '-v', 'VERBOSITY=sqlstate' ],
		$user ? (connstr => $node->connstr($database) . " user=$user") : ());
	return $status == 0 ? '' : $stderr =~ /ERROR:\s+(\w{5})/ ? $1 : $stderr;
}

# Returns the schemas of a database that are not the server's own.
sub schemas
{
	my ($database) = @_;
	return $node->safe_psql($database,
		q{SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'});
}

for my $encoding ('SQL_ASCII', 'LATIN1')
{
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	$node->safe_psql($database, 'CREATE EXTENSION clienttrack');
	is(sqlstate_of($database, 'CALL clienttrack.install()'), '0A000', "no installation where the encoding is $encoding");
	is(schemas($database), 'clienttrack public', "$encoding: nothing is half made");
}

$node->safe_psql('postgres', <<'END');
CREATE ROLE dba LOGIN;
CREATE ROLE stranger LOGIN;
CREATE DATABASE owned OWNER dba TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
END
$node->safe_psql('owned', 'CREATE EXTENSION clienttrack');
is(sqlstate_of('owned', 'CALL clienttrack.install()', user => 'stranger'), '42501', 'a stranger cannot install');
is(schemas('owned'), 'clienttrack public', 'nothing is half made for a stranger');
is(sqlstate_of('owned', "SET statement_timeout = '30ms'; CALL clienttrack.install()", user => 'dba'),
	'57014', 'an installation that takes too long is stopped');
is(schemas('owned'), 'clienttrack public', 'nothing is half made when it is stopped');
is(sqlstate_of('owned', 'CALL clienttrack.install()', user => 'dba'), '', 'the owner of the database installs');
is( $node->safe_psql('owned', q{SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'hmis'}),
	'dba', 'and owns every table');
is( sqlstate_of('owned', <<'END', user => 'dba'), 'CT001', 'the guard works for the owner');
SET search_path = hmis;
INSERT INTO organization (organization_name) VALUES ('Shelters');
INSERT INTO program (organization_id, program_name) VALUES (1, 'Shelter');
INSERT INTO service (service_code, service_name) VALUES ('MEAL', 'Meal');
INSERT INTO client (dob) VALUES ('1980-01-01');
INSERT INTO client_service (client_id, service_id, program_id, date_provided) VALUES (1, 1, 1, '2024-03-01');
END
is(sqlstate_of('owned', 'CALL clienttrack.install()', user => 'dba'), '42P06', 'it is not installed twice');

# somebody else's schema
$node->safe_psql('owned', 'CREATE SCHEMA theirs; CREATE VIEW theirs.one AS SELECT 1 AS one; CREATE SCHEMA empty');
is(sqlstate_of('owned', q{CALL clienttrack.install('theirs')}), '42P06', 'no installation into a schema that is in use');
is( $node->safe_psql('owned', q{SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'theirs'::regnamespace}),
	'one', 'which stays as it was');
is(sqlstate_of('owned', q{CALL clienttrack.install('empty')}), '', 'an empty one will do');
is(sqlstate_of('owned', "CALL clienttrack.install('$_')"), '42939', "\"$_\" is reserved")
  for 'public', 'pg_hmis', 'clienttrack', 'information_schema';
is(sqlstate_of('owned', q{CALL clienttrack.install('Zufluchtsstätte "Nord"')}), '', 'any other name is a name');

# bytes that are no UTF-8
is(sqlstate_of('owned', "INSERT INTO hmis.client (first_name) VALUES ('Ana\xC3(');"), '22021', 'an invalid name is refused');
is(sqlstate_of('owned', "COPY hmis.client (first_name) FROM STDIN;\nAna\xFF\n\\.\n"), '22021', 'in COPY too');
is($node->safe_psql('owned', 'SELECT count(*) FROM hmis.client'), '1', 'and nothing is stored');

$node->stop;
done_testing();
