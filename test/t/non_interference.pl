# What one organization sees, counts, finds and is told in errors does not depend on what another one has recorded: the
# same script gives the same output, byte by byte, in a database with the other's clients and in one without. The worker
# of an organization does not notice any other; an administrator, who sees all but the victim service providers, does not
# notice these.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('non_interference');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

# What everybody has: the organizations, programs and users that anybody may look up, and clients of organization 1.
my $common = <<'END';
CREATE EXTENSION clienttrack;
CALL clienttrack.install('hmis');
SET search_path = hmis, clienttrack;
INSERT INTO organization (organization_id, organization_name, victim_service_provider)
VALUES (1, 'Shelters', false), (2, 'Clinics', false), (3, 'Safe House', true);
INSERT INTO hmis_user (user_id, login_role) VALUES (1, 'alice'), (2, 'bea'), (4, 'cora');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1), (2, 2), (4, 1);
INSERT INTO program (program_id, organization_id, program_name) VALUES (11, 1, 'Night shelter'), (12, 1, 'Drop-in'), (21, 2, 'Clinic');
INSERT INTO service (service_id, service_code, service_name, duplicate_rule)
VALUES (1, 'MEAL', 'Meal', 'allow'), (2, 'BED', 'Bed', 'once_per_day'), (3, 'KIT', 'Kit', 'allow');
INSERT INTO service_offering (service_id, enrollment_rule) VALUES (3, 'none');
INSERT INTO client (client_id, first_name, last_name, dob, security_organization_id)
VALUES (1, 'Ana', 'Reyes', '1980-01-01', 1), (2, 'Tou', 'Vang', '1990-01-01', 1), (3, 'José', 'García', '1970-01-01', 1);
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (1, 1, 11, '2024-01-01'), (2, 2, 11, '2024-01-01');
INSERT INTO scan_card (scan_card_id, client_id, card_code, security_organization_id) VALUES (1, 1, 'CARD-1', 1);
SELECT setval(pg_get_serial_sequence(t, t || '_id'), 100)
FROM unnest(ARRAY['client', 'enrollment', 'scan_card', 'client_service', 'service_batch', 'service_batch_run', 'bar']) t;
END

# What the others have besides, all with high identifiers: namesakes, the same cards, the same household, services, bars,
# batches, aliases.
sub others
{
	my ($organization, $program, $first) = @_;
	return <<"END";
SET search_path = hmis, clienttrack;
INSERT INTO client (client_id, first_name, last_name, dob, security_organization_id)
SELECT $first + n, (ARRAY['Ana', 'Tou', 'José', 'Zelda'])[1 + n % 4], (ARRAY['Reyes', 'Vang', 'García', 'Quux'])[1 + n % 4],
	'1980-01-01', $organization FROM generate_series(0, 999) n;
INSERT INTO client_alias (client_alias_id, client_id, alias_name) SELECT $first + n, $first + n, 'Anita R' || n FROM generate_series(0, 99) n;
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, entry_date)
SELECT $first + n, $first + n, $program, $first + n, '2024-01-01' FROM generate_series(0, 999) n;
INSERT INTO scan_card (scan_card_id, client_id, card_code, security_organization_id)
SELECT $first + n, $first + n, 'CARD-' || n, $organization FROM generate_series(0, 999) n;
INSERT INTO client_service (client_service_id, client_id, service_id, program_id, date_provided, enrollment_id)
SELECT $first + n, $first + n, 2, $program, '2024-02-01', $first + n FROM generate_series(0, 999) n;
BEGIN;
INSERT INTO bar (bar_id, client_id, begin_date, notes, security_organization_id)
SELECT $first + n, $first + n, '2024-03-01', 'secret', $organization FROM generate_series(0, 99) n;
INSERT INTO bar_scope (bar_scope_id, bar_id, covers_all) SELECT $first + n, $first + n, true FROM generate_series(0, 99) n;
COMMIT;
INSERT INTO service_batch (service_batch_id, description, program_id) VALUES ($first, 'Dinner', $program);
INSERT INTO service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided) VALUES ($first, $first, '2024-02-02', '2024-02-02');
INSERT INTO service_batch_client (service_batch_client_id, service_batch_run_id, client_id, enrollment_id)
SELECT $first + n, $first, $first + n, $first + n FROM generate_series(0, 99) n;
END
}

my $walled = <<'END';
INSERT INTO hmis.program (program_id, organization_id, program_name) VALUES (31, 3, 'Safe House');
INSERT INTO hmis.location (location_id, organization_id, program_id, location_name) VALUES (3000000, 3, 31, 'secret street');
INSERT INTO hmis.hmis_user (user_id, login_role) VALUES (3, 'vera');
INSERT INTO hmis.user_organization (user_organization_id, member_user_id, organization_id) VALUES (3000000, 3, 3);
INSERT INTO hmis.provider (provider_id, organization_id, provider_name) VALUES (3000000, 3, 'Safe House');
END
$walled .= others(3, 31, 3000000);

# What the user does: reads everything there is, looks for the others' people by every means, and writes about them.
my $reads = $node->safe_psql('postgres', <<'END');
CREATE EXTENSION clienttrack;
CALL clienttrack.install('hmis');
SELECT string_agg(format('SELECT count(*) FROM %1$I; SELECT md5(string_agg((x.*)::text, E''\n'' ORDER BY (x.*)::text)) FROM (SELECT * FROM %1$I) x;', table_name), E'\n' ORDER BY table_name)
FROM hmis.schema_table WHERE reader = 'clienttrack_reader' AND table_name NOT IN ('hud_code', 'hud_column', 'hud_file');
END
$reads =~ s/^.*?(?=SELECT count)//s;
# date_created and the like differ between the two databases
my $script = "SET search_path = hmis, clienttrack;\n" . ($reads =~ s/SELECT \* FROM (\w+)/SELECT (to_jsonb(t) - '{date_created,date_updated,status_date,issued_date}'::text[]) FROM $1 t/gr) . <<'END';
SELECT client_id, first_name, matched_by, score FROM find_clients('Ana Reyes', 1000);
SELECT client_id, first_name, matched_by, score FROM find_clients('Zelda Quux', 1000);
SELECT client_id, matched_by FROM find_clients('Anita', 1000);
SELECT client_id, matched_by FROM find_clients('CARD-7');
SELECT client_id, matched_by FROM find_clients('CARD-1');
SELECT client_id FROM find_clients('2000001');
SELECT client_id FROM find_clients('3000001');
END

for my $hidden (2000001, 3000001)
{
	my $program = $hidden > 3000000 ? 31 : 21;
	$script .= <<"END";
SELECT * FROM client WHERE client_id = $hidden;
UPDATE client SET first_name = 'X' WHERE client_id = $hidden;
UPDATE client_service SET units = 2 WHERE client_id = $hidden;
SELECT client_id FROM client WHERE client_id = $hidden FOR UPDATE;
INSERT INTO client (client_id, first_name, security_organization_id) VALUES ($hidden, 'Mine', 1);
INSERT INTO client (first_name, security_organization_id) VALUES ('Mine', 3);
INSERT INTO client_alias (client_id, alias_name) VALUES ($hidden, 'alias');
INSERT INTO enrollment (client_id, program_id, entry_date) VALUES ($hidden, 11, '2024-01-05');
INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, $program, '2024-01-05');
INSERT INTO client_service (client_id, service_id, program_id, date_provided) VALUES ($hidden, 3, 12, '2024-02-01');
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 2, 11, '2024-02-01', $hidden);
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES ($hidden, 2, 11, '2024-02-01', $hidden);
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id, service_batch_run_id)
VALUES (1, 2, 11, '2024-02-01', 1, ${\($hidden - 1)});
UPDATE enrollment SET client_id = $hidden WHERE enrollment_id = 1;
UPDATE client_service SET client_id = $hidden WHERE client_id = 1;
SELECT issue_scan_card($hidden, 'NEW');
SELECT bar_client($hidden, '2024-01-01', covers_all => true);
INSERT INTO bar_scope (bar_id, covers_all) VALUES (${\($hidden - 1)}, true);
INSERT INTO bar_organization (bar_id, organization_id) VALUES (${\($hidden - 1)}, 1);
SELECT lift_bar(${\($hidden - 1)}, '2024-05-01', 'x');
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, end_date, signed_date, begin_date)
VALUES ($hidden, 1, 2, '2030-01-01', '2024-01-01', '2024-01-01');
SELECT * FROM add_batch_clients(101, ARRAY[$hidden, 1]);
SELECT add_batch_client(101, '$hidden', 'client_id');
SELECT * FROM post_batch(${\($hidden - 1)});
SELECT * FROM service_batch_run_client WHERE service_batch_run_id = ${\($hidden - 1)};
SELECT * FROM clienttrack.judge('hmis', 'client_service', 'SELECT ${hidden}::bigint AS client_id, 3::bigint AS service_id, 12::bigint AS program_id, date ''2024-03-02'' AS date_provided');
SELECT clienttrack.visible_row('hmis', 'client', $hidden);
END
}

$script .= <<'END';
SELECT issue_scan_card(3, 'CARD-500');
SELECT issue_scan_card(3, 'CARD-1');
SELECT scan_card_holder('CARD-1'), visible_scan_card('CARD-9');
SELECT * FROM scan_card_holders('{CARD-1,CARD-2,CARD-500}');
SELECT create_service_batch('Dinner', 11, '[{"service":"BED"}]');
SELECT open_batch_run(101, '2024-02-01');
SELECT * FROM add_batch_clients(101, '{1,2,3}');
SELECT * FROM add_batch_clients(101, '{CARD-1,CARD-7,CARD-500}', 'scan_card');
SELECT add_batch_client(101, 'Zelda Quux', 'name');
SELECT * FROM post_batch(101);
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 2, 11, '2024-02-01', 1);
SELECT count(*), sum(units) FROM client_service;
UPDATE client SET date_deleted = now() WHERE client_id = 1;
UPDATE enrollment SET exit_date = '2024-01-15' WHERE enrollment_id = 1;
SELECT bar_client(2, '2024-01-01', covers_all => true);
DELETE FROM client;
TRUNCATE client;
SELECT count(*) FROM hud_key;
SELECT clienttrack.current_organizations('hmis'), clienttrack.current_programs('hmis');
END

# Makes a database and returns what the script prints there, run by a user.
sub output_of
{
	my ($name, $user, @data) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
	$node->safe_psql($name, $_) for $common, @data;
	$node->safe_psql($name, 'ANALYZE');
	my ($stdout, $stderr);
	# one stream, so that each error stands where it was raised
	IPC::Run::run([ 'psql', '-X', '-a', '-v', 'ON_ERROR_STOP=0', '-d', $node->connstr($name) . " user=$user" ],
		'<', \$script, '>&', \$stdout);
	return $stdout;
}

$node->safe_psql('postgres', <<'END');
CREATE ROLE alice LOGIN; CREATE ROLE bea LOGIN; CREATE ROLE vera LOGIN; CREATE ROLE cora LOGIN;
GRANT clienttrack_worker TO alice, bea, vera;
GRANT clienttrack_admin TO cora;
END

# Tells where two texts begin to differ.
sub same_text
{
	my ($got, $expected, $what) = @_;
	return pass($what) if $got eq $expected;
	my @got = split /\n/, $got;
	my @expected = split /\n/, $expected;
	my $line = 0;
	$line++ while $line < @got && $line < @expected && $got[$line] eq $expected[$line];
	fail($what);
	diag(join "\n", 'with the others:', @got[ ($line > 4 ? $line - 4 : 0) .. ($line + 3 > $#got ? $#got : $line + 3) ],
		'without:', @expected[ ($line > 4 ? $line - 4 : 0) .. ($line + 3 > $#expected ? $#expected : $line + 3) ]);
	return;
}

my $alone = output_of('worker_alone', 'alice');
like($alone, qr/rejected|posted/, 'the script does its work');
like($alone, qr/violates row-level security policy/, 'and is refused what it may not do');
unlike($alone, qr/syntax error|does not exist.*function|column .* does not exist/, 'for the reasons meant');
same_text(output_of('worker_clinic', 'alice', others(2, 21, 2000000)), $alone, 'a worker does not notice another organization');
same_text(output_of('worker_walled', 'alice', $walled, others(2, 21, 2000000)),
	$alone, 'nor a victim service provider');
same_text(output_of('admin_walled', 'cora', $walled),
	output_of('admin_alone', 'cora'), 'an administrator does not notice a victim service provider');

# The test can fail: with a policy that shows everything, the outputs differ.
$node->safe_psql('postgres', "CREATE DATABASE mutant TEMPLATE template0");
$common .= "CREATE POLICY leak ON client USING (true);\n";
isnt(output_of('worker_mutant', 'alice', others(2, 21, 2000000)), $alone, 'a leak is noticed');

$node->stop;
done_testing();
