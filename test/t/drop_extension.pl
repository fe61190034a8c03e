# The code can go away and come back: DROP EXTENSION … CASCADE loses no row and no column and shows nobody more,
# CREATE EXTENSION and migrate() put the guard, the functions, the defaults and row security back. Schemas are uninstalled
# on purpose only, don't see each other, and may be renamed.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('drop_extension');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

# Returns the SQLSTATE of a statement, or nothing where it succeeds.
sub sqlstate_of
{
	my ($sql) = @_;
	my ($status, undef, $stderr) = $node->psql('postgres', $sql, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return $status == 0 ? '' : $stderr =~ /ERROR:\s+(\w{5})/ ? $1 : $stderr;
}

# Returns a dump without what differs from one dump to the next.
sub dump_of
{
	my ($dump) = run_command([ 'pg_dump', @_, '-d', $node->connstr('postgres') ]);
	$dump =~ s/^\\(un)?restrict .*\n//mg;
	return $dump;
}

# Returns what a statement of a worker's prints, or the SQLSTATE.
sub as_worker
{
	my ($sql) = @_;
	my ($status, $stdout, $stderr) = $node->psql('postgres', $sql, extra_params => [ '-v', 'VERBOSITY=sqlstate', '-U', 'worker' ]);
	return $status == 0 ? $stdout : $stderr =~ /ERROR:\s+(\w{5})/ ? $1 : $stderr;
}

# Returns the columns of all tables; those of defaults that call the extension without these, where told so.
sub columns
{
	my ($without_calls) = @_;
	my $columns = all_columns();
	$columns =~ s/\|clienttrack\.current_\w+\('\w+'::regnamespace\)$/|/mg if $without_calls;
	return $columns;
}

# Returns the columns of all tables.
sub all_columns
{
	return $node->safe_psql('postgres', <<'END');
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema IN ('hmis', 'training')
AND (table_schema, table_name) IN (SELECT schemaname, tablename FROM pg_tables) ORDER BY 1, 2, 3
END
}

my $unenrolled = "INSERT INTO hmis.client_service (client_id, service_id, program_id, date_provided) VALUES (1, 1, 1, '2024-03-02')";
my $enrolled = "INSERT INTO hmis.client_service (client_id, service_id, program_id, date_provided, enrollment_id) "
  . "VALUES (1, 1, 1, '2024-03-02', 1)";
my $early_exit = "UPDATE hmis.enrollment SET exit_date = '2024-02-01'";

$node->safe_psql('postgres', <<'END');
CREATE EXTENSION pg_trgm;
CREATE EXTENSION clienttrack;
CALL clienttrack.install('hmis');
CALL clienttrack.install('training');
SET search_path = hmis, public;
INSERT INTO organization (organization_name) VALUES ('Shelters');
INSERT INTO program (organization_id, program_name) VALUES (1, 'Shelter');
INSERT INTO service (service_code, service_name) VALUES ('MEAL', 'Meal');
INSERT INTO client (first_name, dob) VALUES ('Ana', '1980-01-01'), ('Tou', '1980-01-01');
INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 1, '2024-01-01');
SELECT create_service_batch('Dinner', 1, '[{"service": "MEAL"}]');
SELECT open_batch_run(1, '2024-03-10');
SELECT add_batch_clients(1, '{1}');
SELECT post_batch(1);
SELECT bar_client(2, '2024-02-01', covers_all => true);
CREATE ROLE worker LOGIN IN ROLE clienttrack_worker;
INSERT INTO hmis_user (login_role) VALUES ('worker');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1);
END

# schemas side by side
is( sqlstate_of("INSERT INTO training.client_service (client_id, service_id, program_id, date_provided, enrollment_id)
	VALUES (1, 1, 1, '2024-03-02', 1)"), '23503', 'training does not see the clients of hmis');
$node->safe_psql('postgres', <<'END');
SET search_path = training, public;
INSERT INTO organization (organization_name) VALUES ('Exercise');
INSERT INTO program (organization_id, program_name) VALUES (1, 'Exercise');
INSERT INTO service (service_code, service_name) VALUES ('MEAL', 'Meal');
INSERT INTO client (dob) VALUES ('1980-01-01'), ('1980-01-01');
INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (2, 1, '2024-01-01');
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (2, 1, 1, '2024-03-02', 1);
INSERT INTO hmis_user (user_first_name) VALUES ('Ann');
SELECT define_assessment_type('CARE', 'Care', '[{"code": "SIZE", "text": "Size", "type": "number", "weight": 2},
	{"code": "SUM", "text": "Sum", "type": "score"}]', sensitive => true, follow_up_days => 30);
SELECT initiate_follow_up(2, 'CARE', current_date), record_assessment(2, 'CARE', '{"SIZE": 2}', current_date, 1);
SELECT achieve_goal(set_goal(2, 'Work', 1)), create_action_plan(2, 'Plan', 1, steps => '[{"action": "Call"}]');
SELECT assign_case_manager(2, 1, 1, '2024-01-01'), merge_clients(2, 1, 'one person');
INSERT INTO workflow_run (workflow_id, version, run_user_id, run_status, client_id, enrollment_id)
SELECT workflow_id, version, 1, 'paused', 2, 1 FROM workflow WHERE workflow_code = 'EXIT';
END
is($node->safe_psql('postgres', 'SELECT count(*) FROM training.client_service'), '1',
	'a bar in hmis does not bar in training');
is(sqlstate_of('DELETE FROM hmis.client WHERE client_id = 2'), '23503', 'a client with a bar stays');
is(sqlstate_of("UPDATE training.enrollment SET exit_date = '2024-02-01'"), 'CT006', 'training has its own guard');

# the extension goes and comes back
my $schema_before = dump_of('--schema-only');
my $data_before = dump_of('--data-only', '-n', 'hmis', '-n', 'training');
my $columns_before = columns();
my $columns_without_calls = columns('without_calls');
is(sqlstate_of('DROP EXTENSION clienttrack'), '2BP01', 'the extension is not dropped without CASCADE');
is(sqlstate_of('DROP EXTENSION clienttrack CASCADE'), '', 'with CASCADE it is');
ok(dump_of('--data-only', '-n', 'hmis', '-n', 'training') eq $data_before, 'every row is still there');
isnt($columns_without_calls, $columns_before, 'some defaults call the extension');
is(columns(), $columns_without_calls, 'every column is still there, and every other default');
is(as_worker("SELECT count(*) FROM hmis.$_"), '0', "a worker sees nothing of $_")
  for 'client', 'enrollment', 'client_service', 'bar', 'service_batch', 'program', 'hmis_user';
is(as_worker("SELECT count(*) FROM training.$_"), '0', "a worker sees nothing of $_")
  for 'assessment', 'assessment_follow_up', 'goal', 'action_plan', 'action_step', 'case_status_change', 'case_assignment', 'client_merge',
  'workflow_run';
is(as_worker("INSERT INTO hmis.client (client_id) VALUES (9)"), '42501', 'and enters nothing');
is(as_worker('UPDATE hmis.enrollment SET exit_date = NULL RETURNING enrollment_id'), '', 'and changes nothing');
is($node->safe_psql('postgres', 'SET ROLE clienttrack_owner; SELECT count(*) FROM hmis.client'), '2', 'the owner sees everything');
$node->safe_psql('postgres', 'CREATE EXTENSION clienttrack');
$node->safe_psql('postgres', "CALL clienttrack.migrate('$_')") for 'hmis', 'training';
ok(dump_of('--data-only', '-n', 'hmis', '-n', 'training') eq $data_before, 'every row is there after migrate()');
is(columns(), $columns_before, 'every column is there after migrate()');
my @before = sort split /\n/, $schema_before;
my @after = sort split /\n/, dump_of('--schema-only');
is_deeply(\@after, \@before, 'the schemas are as they were');
is(as_worker('SELECT client_id FROM hmis.client'), '1', 'a worker sees the organization\'s clients again');
is(as_worker("INSERT INTO hmis.client (first_name) VALUES ('Eve') RETURNING client_id, user_id, security_organization_id"), '3|1|1',
	'and who entered a client is known again');
is(sqlstate_of($unenrolled), 'CT001', 'an enrollment is required again');
is(sqlstate_of($early_exit), 'CT006', 'an exit before services is refused again');
is($node->safe_psql('postgres', 'SELECT status FROM hmis.post_batch(1)'), 'skipped', 'runs are posted again, and nothing twice');
is( $node->safe_psql('postgres', q{SET search_path = training, public; SELECT reopen_goal(1); SELECT delete_assessment(1, 'twice');
	SELECT string_agg(h.new_status, ' ' ORDER BY h.case_status_change_id) || ', ' || (SELECT count(completed_by_assessment_id)
	FROM assessment_follow_up) FROM case_status_change h WHERE goal_id = 1}) =~ s/^\n+//r,
	'open achieved open, 0', 'the status history goes on, and a follow-up is open again');

# a schema with another name
$node->safe_psql('postgres', 'ALTER SCHEMA hmis RENAME TO "Our HMIS"');
s/hmis\./"Our HMIS"./ for $unenrolled, $enrolled, $early_exit;
is(sqlstate_of($unenrolled), 'CT001', 'renamed: an enrollment is required');
is(sqlstate_of($enrolled), '', 'renamed: services are recorded');
is(sqlstate_of($early_exit), 'CT006', 'renamed: an exit before services is refused');
$node->safe_psql('postgres', q{CALL clienttrack.migrate('Our HMIS')});
is( $node->safe_psql('postgres', q{SELECT status FROM "Our HMIS".add_batch_clients(1, '{1,2}')}),
	"already_added\nrejected", 'renamed and migrated: the functions work');

# uninstalling
is(sqlstate_of(q{CALL clienttrack.uninstall('Our HMIS')}), '2BP01', 'a schema with services is not uninstalled');
is(sqlstate_of(q{CALL clienttrack.uninstall('Our HMIS', even_with_services => true)}), '', 'unless told to');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_namespace WHERE nspname = 'Our HMIS'}), '0', 'then it is gone');
is(sqlstate_of(q{CALL clienttrack.uninstall('Our HMIS')}), '3F000', 'and cannot be uninstalled again');
is($node->safe_psql('postgres', 'SELECT count(*) FROM training.client_service'), '1', 'the other schema is still there');
$node->safe_psql('postgres', q{CREATE TABLE training.our_own (); DELETE FROM training.client_service});
is(sqlstate_of(q{CALL clienttrack.uninstall('training')}), '2BP01', 'a schema with a table of somebody else is not uninstalled');
$node->safe_psql('postgres', 'DROP TABLE training.our_own');
is(sqlstate_of(q{CALL clienttrack.uninstall('training')}), '2BP01', 'nor one with clients');
is(sqlstate_of(q{CALL clienttrack.uninstall('training', even_with_services => true)}), '', 'unless told to');
is(sqlstate_of('DROP EXTENSION clienttrack'), '', 'then nothing needs the extension');

$node->stop;
done_testing();
