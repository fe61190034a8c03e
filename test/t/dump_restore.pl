# An installed schema goes through pg_dump and pg_restore like the user's own tables: rows first, then foreign keys and
# triggers, so that history is not judged by today's rules, and the guard is in force where it arrives.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump_restore');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
my $files = PostgreSQL::Test::Utils::tempdir;

# Returns the SQLSTATE of a statement, or nothing where it succeeds.
sub sqlstate_of
{
	my ($database, $sql) = @_;
	my ($status, undef, $stderr) =
	  $node->psql($database, $sql, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return $status == 0 ? '' : $stderr =~ /ERROR:\s+(\w{5})/ ? $1 : $stderr;
}

# Returns a plain dump of a database without what differs from one dump to the next.
sub dump_of
{
	my ($database) = @_;
	my ($dump) = run_command([ 'pg_dump', '-d', $node->connstr($database) ]);
	$dump =~ s/^\\(un)?restrict .*\n//mg;
	return join "\n", sort split /\n/, $dump;    # rows of different lengths do not come back in the same order
}

# Fills a schema, with history that today's rules would refuse.
sub fill
{
	my ($schema) = @_;
	$node->safe_psql('source', <<"END");
SET search_path = $schema, public;
SET client_min_messages = error;
INSERT INTO organization (organization_name) VALUES ('Shelters'), ('Küchen');
INSERT INTO program (organization_id, program_name) VALUES (1, 'Shelter'), (2, 'Kitchen');
INSERT INTO service (service_code, service_name, duplicate_rule) VALUES ('MEAL', 'Meal', 'once_per_day'), ('BED', 'Bed', 'allow');
INSERT INTO client (first_name, last_name, dob) VALUES ('Ana', 'Ñúñez', '1980-01-01'), ('O''Brien', 'Søren', '1990-01-01');
INSERT INTO enrollment (client_id, program_id, entry_date, exit_date)
	VALUES (1, 1, '2024-01-01', NULL), (2, 1, '2024-01-01', '2024-06-30'), (1, 2, '2024-01-01', NULL);
SELECT create_service_batch('Dinner', 1, '[{"service": "MEAL", "units": 2}]');
SELECT open_batch_run(1, '2024-03-10');
SELECT add_batch_clients(1, '{1,2}');
SELECT post_batch(1);
INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, comments)
	VALUES (1, 2, 1, 1, '2024-03-01', E'one\\ttwo\\nthree'), (1, 2, 2, 3, '2024-03-01', NULL);
UPDATE client_service SET date_deleted = now(), delete_reason = 'twice' WHERE client_id = 2;
SELECT bar_client(1, '2024-02-01', NULL, program_ids => '{1}', notes => 'guarded');
SELECT bar_client(2, '2024-02-01', '2024-04-01', covers_all => true, bar_level => 'warn');
-- what today's rules would refuse: not active, restricted to others, offered at other times only
UPDATE service SET active = false WHERE service_code = 'BED';
INSERT INTO service_organization (service_id, organization_id) VALUES (1, 2);
INSERT INTO service_offering (service_id, begin_date) VALUES (2, '2025-01-01');
END
	is(sqlstate_of('source', "UPDATE $schema.client_service SET date_provided = date_provided + 1 WHERE service_id = 2"),
		'CT002', "$schema: history is not what today's rules allow");
	return;
}

# Tells that what was restored is what was dumped, and that the rules hold there.
sub check_restored
{
	my ($database, $how, $expected) = @_;
	ok(dump_of($database) eq $expected, "$how: the dump of what was restored is the first dump");
	for my $schema ('hmis', 'training')
	{
		is( sqlstate_of($database,
				"INSERT INTO $schema.client_service (client_id, service_id, program_id, date_provided) VALUES (2, 1, 2, '2024-03-01')"),
			'CT001', "$how: $schema wants an enrollment");
		is(sqlstate_of($database, "UPDATE $schema.enrollment SET exit_date = '2024-02-01' WHERE enrollment_id = 1"),
			'CT006', "$how: $schema refuses an exit before services");
		is($node->safe_psql($database, "SELECT status FROM $schema.post_batch(1) WHERE client_id = 1"),
			'skipped', "$how: $schema posts nothing twice");
	}
	return;
}

$node->safe_psql('postgres', "CREATE DATABASE source TEMPLATE template0 ENCODING 'UTF8'");
$node->safe_psql('source', <<'END');
CREATE EXTENSION pg_trgm;
CREATE EXTENSION clienttrack;
CALL clienttrack.install('hmis');
CALL clienttrack.install('training');
CREATE TABLE hmis.our_own (client_id bigint REFERENCES hmis.client);
ALTER TABLE hmis.client ADD COLUMN shoe_size numeric;
INSERT INTO hmis.our_own VALUES (NULL);
END
fill('hmis');
fill('training');
my $first_dump = dump_of('source');

$node->safe_psql('postgres', "CREATE DATABASE plain TEMPLATE template0; CREATE DATABASE custom TEMPLATE template0;");
$node->command_ok([ 'pg_dump', '-d', $node->connstr('source'), '-f', "$files/plain.sql" ], 'plain dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('plain'), '-f', "$files/plain.sql" ],
	'plain restore');
check_restored('plain', 'plain', $first_dump);

$node->command_ok([ 'pg_dump', '-Fc', '-d', $node->connstr('source'), '-f', "$files/custom" ], 'custom dump');
$node->command_ok([ 'pg_restore', '-j2', '--exit-on-error', '-d', $node->connstr('custom'), "$files/custom" ], 'parallel restore');
check_restored('custom', 'custom', $first_dump);

$node->stop;
done_testing();
