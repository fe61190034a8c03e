# Whatever ends a post, a call for many clients or a large insert half-way (a crash of the backend or of the server, a cancellation, a timeout),
# nothing half-done is left, and the next try does all of it once.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $clients = 30_000;
my $barred = 10;

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
# no statistics of what was just posted, as before autovacuum comes by
$node->append_conf('postgresql.conf', "restart_after_crash = on\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', <<"END");
CREATE EXTENSION pg_trgm;
CREATE EXTENSION clienttrack;
CALL clienttrack.install('hmis');
SET search_path = hmis, public;
INSERT INTO organization (organization_name) VALUES ('Shelters');
INSERT INTO program (organization_id, program_name) VALUES (1, 'Shelter');
INSERT INTO service (service_code, service_name) VALUES ('MEAL', 'Meal'), ('BED', 'Bed');
INSERT INTO client (dob) SELECT '1980-01-01' FROM generate_series(1, $clients);
INSERT INTO enrollment (client_id, program_id, entry_date) SELECT client_id, 1, '2024-01-01' FROM client;
SELECT create_service_batch('Dinner', 1, '[{"service": "MEAL"}]');
SELECT open_batch_run(1, day::date) FROM generate_series('2024-03-01'::date, '2024-03-04', '1 day') AS day;
INSERT INTO service_batch_client (service_batch_run_id, client_id, enrollment_id)
SELECT service_batch_run_id, client_id, enrollment_id FROM service_batch_run, enrollment;
-- some are refused, so that the post is tried, rolled back and tried again
SELECT bar_client(client_id, '2024-01-01', covers_all => true) FROM client WHERE client_id <= $barred;
VACUUM ANALYZE;
ALTER DATABASE postgres SET search_path = hmis, public;
END

# Returns what is posted of a run: services, clients who have one, clients pending.
sub posted
{
	my ($run) = @_;
	return $node->safe_psql('postgres', <<"END");
SELECT count(*) || ' services, ' || count(DISTINCT s.client_id) || ' clients, ' ||
	(SELECT count(*) FROM service_batch_client c WHERE c.service_batch_run_id = $run AND c.batch_status = 'pending') || ' pending'
FROM client_service s WHERE s.service_batch_run_id = $run AND s.date_deleted IS NULL
END
}

my $nothing_posted = "0 services, 0 clients, $clients pending";
my $served = $clients - $barred;
my $all_posted = "$served services, $served clients, $served pending";

# Starts a script in a session of its own; the output is in the second of what is returned.
sub start_session
{
	my ($script) = @_;
	my $output = '';
	my $file = PostgreSQL::Test::Utils::tempdir . '/session.sql';
	append_to_file($file, $script);
	my $session = IPC::Run::start(
		[ 'psql', '-X', '-At', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('postgres'), '-f', $file ],
		'<', \undef, '>', \$output, '2>&1');
	return ($session, \$output);
}

# Waits until a session whose backend was killed has ended, and the server takes queries again. While it does not, the query may find
# nobody to be written to, which is an error of its own.
sub wait_for_recovery
{
	my ($session) = @_;
	$session->finish;
	for (1 .. 100)
	{
		return if eval { $node->poll_query_until('postgres', 'SELECT true') };
		sleep 1;
	}
	die 'the server does not come back';
}

# Returns what a session has said when it ends.
sub finish_session
{
	my ($session, $output) = @_;
	$session->finish;
	return $$output =~ s/^psql:\S+ //gmr;
}

# Waits until a statement of another session is writing services, and returns the process that does.
sub wait_until_writing
{
	my ($statement) = @_;
	my $size = $node->safe_psql('postgres', "SELECT pg_relation_size('client_service')");
	$node->poll_query_until('postgres', "SELECT pg_relation_size('client_service') > $size + 100000")
	  or die 'nothing was written';
	my $pid = $node->safe_psql('postgres',
		"SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '$statement%' AND pid <> pg_backend_pid()");
	isnt($pid, '', "$statement … is under way");
	return $pid;
}

# Tells that a run is posted now, and once.
sub check_next_post
{
	my ($run, $what) = @_;
	is( $node->safe_psql('postgres', "SELECT status, count(*) FROM post_batch($run) GROUP BY 1 ORDER BY 1"),
		"posted|$served\nrejected|$barred", "$what: the next post does everything");
	is($node->safe_psql('postgres', "SELECT status, count(*) FROM post_batch($run) GROUP BY 1 ORDER BY 1"),
		"rejected|$barred\nskipped|$served", "$what: and the one after it nothing");
	is(posted($run), $all_posted, "$what: every client is posted once");
	return;
}

my ($session, $output) = start_session('SELECT count(*) FROM post_batch(1);');
kill 'KILL', wait_until_writing('SELECT count(*) FROM post_batch');
wait_for_recovery($session);
is(posted(1), $nothing_posted, 'backend killed: nothing is posted');
check_next_post(1, 'backend killed');

($session, $output) = start_session('SELECT count(*) FROM post_batch(2);');
wait_until_writing('SELECT count(*) FROM post_batch');
$node->stop('immediate');
$session->finish;
$node->start;
is(posted(2), $nothing_posted, 'server killed: nothing is posted');
check_next_post(2, 'server killed');

($session, $output) = start_session("SELECT count(*) FROM post_batch(3);\nSELECT 'alive';\n");
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . wait_until_writing('SELECT count(*) FROM post_batch') . ')');
is(finish_session($session, $output), "ERROR:  57014\nalive\n", 'cancelled: the session lives on');
is(posted(3), $nothing_posted, 'cancelled: nothing is posted');

# the time runs out in the insert, in the guard, while clients are sorted out
for my $timeout (20, 60, 150, 300)
{
	my (undef, undef, $stderr) = $node->psql('postgres', "SET statement_timeout = $timeout; SELECT count(*) FROM post_batch(3);",
		extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	is(posted(3), $stderr =~ /57014/ ? $nothing_posted : $all_posted, "timeout after $timeout ms: all or nothing");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM unpost_batch(3, 'in time after all')"), '1', 'a fresh start');
check_next_post(3, 'cancelled');

my $insert = 'INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided)'
  . " SELECT e.client_id, 2, 1, e.enrollment_id, '2024-03-10' FROM enrollment e WHERE e.client_id > $barred";
($session, $output) = start_session("$insert;\nSELECT count(*) FROM client_service WHERE service_id = 2;\n$insert;\n");
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . wait_until_writing('INSERT INTO client_service') . ')');
is(finish_session($session, $output), "ERROR:  57014\n0\nINSERT 0 $served\n",
	'insert cancelled: nothing is left, and the same session does it again');

# one service for many clients
my $quick = "quick_service_for_clients('BED', ARRAY(SELECT client_id FROM client), program_id => 1, date_provided => '2024-03-11')";
my $recorded = "SELECT count(*) FROM client_service WHERE date_provided = '2024-03-11'";
($session, $output) = start_session("SELECT count(*) FROM $quick;");
kill 'KILL', wait_until_writing('SELECT count(*) FROM quick_service');
wait_for_recovery($session);
is($node->safe_psql('postgres', $recorded), '0', 'backend killed: nobody was served');
($session, $output) = start_session("SELECT count(*) FROM $quick;\nSHOW clienttrack.refuse_warnings;\n$recorded;\n");
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . wait_until_writing('SELECT count(*) FROM quick_service') . ')');
is(finish_session($session, $output), "ERROR:  57014\noff\n0\n", 'cancelled: nobody was served, and no setting is left behind');
is($node->safe_psql('postgres', "SELECT status, sqlstate, count(*) FROM $quick GROUP BY 1, 2 ORDER BY 1"),
	"recorded||$served\nrejected|CT002|$barred", 'the next call serves everybody who may be served');
is($node->safe_psql('postgres', $recorded), $served, 'once');

# a merge of two clients
my $served_client = $barred + 1;
my $kept = $barred + 2;
my $whose = "SELECT string_agg(client_id || ' ' || n, ', ') FROM (SELECT client_id, count(*) AS n FROM client_service"
  . " WHERE date_provided < '2024-02-01' GROUP BY 1 ORDER BY 1) s";
$node->safe_psql('postgres', "INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided)
	SELECT $served_client, 1, 1, e.enrollment_id, '2024-01-01'::date + n % 30 FROM enrollment e, generate_series(1, 20000) n WHERE e.client_id = $served_client");
($session, $output) = start_session("SELECT merge_clients($kept, $served_client, 'one person');");
kill 'KILL', wait_until_writing('SELECT merge_clients');
wait_for_recovery($session);
is($node->safe_psql('postgres', $whose), "$served_client 20000", 'merge killed: the services are where they were');
is($node->safe_psql('postgres', "SELECT (SELECT count(*) FROM client_merge) + (SELECT count(*) FROM client WHERE date_deleted IS NOT NULL)"), '0', 'and both clients too');
is($node->safe_psql('postgres', "SELECT merge_clients($kept, $served_client, 'one person') > 0"), 't', 'the next merge');
is($node->safe_psql('postgres', $whose), "$kept 20000", 'moves everything');

$node->stop;
done_testing();
