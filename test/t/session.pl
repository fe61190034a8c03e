# Who the user of a session is, where it takes several transactions or sessions to see: a token ends with its
# transaction, what is taken away from a user takes effect in sessions that go on, and no setting makes anybody a user.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('session');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 10\nlog_error_verbosity = default");
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION clienttrack;
CALL clienttrack.install('hmis');
SET search_path = hmis, public;
INSERT INTO organization (organization_name) VALUES ('Harbor'), ('Northside');
INSERT INTO program (organization_id, program_name) VALUES (1, 'Drop-in'), (2, 'Outreach');
INSERT INTO client (first_name, security_organization_id) VALUES ('Ana', 1), ('Tou', 2), ('Eve', 2);
CREATE ROLE walt LOGIN IN ROLE clienttrack_worker;
CREATE ROLE nora LOGIN IN ROLE clienttrack_worker;
CREATE ROLE app LOGIN IN ROLE clienttrack_worker, clienttrack_issue_tokens;
CREATE ROLE nobody LOGIN IN ROLE clienttrack_worker;
INSERT INTO hmis_user (login_role) VALUES ('walt'), ('nora');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1), (2, 2);
ALTER DATABASE postgres SET search_path = hmis, public;
END

my $who = "SELECT coalesce(clienttrack.current_user_id('hmis'), 0) || ':' || (SELECT count(*) FROM client)";

# Returns what a script of a user's prints, lines joined by blanks, or the SQLSTATE of its first error at the end.
sub answers
{
	my ($user, $script) = @_;
	my ($status, $stdout, $stderr) =
	  $node->psql('postgres', $script, extra_params => [ '-U', $user, '-v', 'VERBOSITY=sqlstate' ], on_error_stop => 0);
	my $answer = join ' ', grep { $_ ne '' } split /\n/, $stdout;
	return $stderr =~ /ERROR:\s+(\w{5})/ ? "$answer $1" : $answer;
}

# Returns a token for a user, made by the application's login.
sub token
{
	my ($user) = @_;
	return $node->safe_psql('postgres', "SELECT create_session_token($user)", extra_params => [ '-U', 'app' ]);
}

# Starts a session of a user's that takes one statement after another.
sub start_session
{
	my ($user) = @_;
	my ($in, $out, $err) = ('', '', '');
	my $session = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('postgres') . " user=$user" ],
		'<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return { run => $session, in => \$in, out => \$out, err => \$err };
}

# Returns what a statement prints in such a session, or the SQLSTATE.
sub ask
{
	my ($session, $statement) = @_;
	${ $session->{out} } = ${ $session->{err} } = '';
	${ $session->{in} } .= "$statement;\n\\echo done\n";
	$session->{run}->pump until ${ $session->{out} } =~ /^done$/m;
	return $1 if ${ $session->{err} } =~ /ERROR:\s+(\w{5})/;
	my $out = ${ $session->{out} };
	$out =~ s/\n?^done\n//m;
	return $out;
}

# logins
is(answers('walt', $who), '1:1', 'a login is the user whose login_role it is');
is(answers('nora', $who), '2:2', 'another is another');
is(answers('nobody', $who), '0:0', 'a worker whom hmis_user does not know sees nothing');
is(answers('app', $who), '0:0', 'the login of the application is nobody');

# a token lasts as long as its transaction
my ($walt, $nora) = (token(1), token(2));
is(answers('app', "BEGIN; SELECT set_session_user('$walt'); $who; COMMIT; $who"), '1:1 0:0', 'until COMMIT');
is(answers('app', "BEGIN; SELECT set_session_user('$walt'); $who; ROLLBACK; $who"), '1:1 0:0', 'until ROLLBACK');
is(answers('app', "SELECT set_session_user('$walt');\n$who"), '0:0', 'shown outside of BEGIN it holds for its own statement only');
is(answers('app', "BEGIN; SELECT set_session_user('$walt'); $who; PREPARE TRANSACTION 'p'; $who; COMMIT PREPARED 'p'; $who"),
	'1:1 0:0 0:0', 'until PREPARE TRANSACTION');
is(answers('app', "BEGIN; SELECT set_session_user('$walt');\nSELECT 1/0;\nROLLBACK;\n$who"), '0:0 22012', 'until an error');
is(answers('app', "BEGIN; SELECT set_session_user('$walt'); $who; COMMIT AND CHAIN; $who; COMMIT"), '1:1 0:0', 'COMMIT AND CHAIN too');
is( answers('app', "PREPARE q AS $who; SET plan_cache_mode = force_generic_plan;
	BEGIN; SELECT set_session_user('$walt'); EXECUTE q; COMMIT; BEGIN; SELECT set_session_user('$nora'); EXECUTE q; COMMIT; EXECUTE q"),
	'1:1 2:2 0:0', 'users of one connection, one after another, with one prepared statement');
is( answers('app', "BEGIN; SELECT set_session_user('$walt'); DECLARE c CURSOR FOR SELECT first_name FROM client;
	SELECT set_session_user('$nora'); FETCH ALL FROM c; COMMIT"),
	'Tou Eve', 'a cursor shows what the user at its first FETCH sees');
is(answers('app', "BEGIN; SELECT set_session_user('$walt'); INSERT INTO client (first_name) VALUES ('Ida') RETURNING user_id, security_organization_id; ROLLBACK"),
	'1|1', 'what is entered is entered by the user');
is(answers('walt', "BEGIN; SELECT set_session_user('$nora'); $who; COMMIT; $who"), '2:2 1:1', 'a token counts before the login, and the login again after it');
is(answers('app', "BEGIN; SELECT set_session_user('$walt'); $who; SAVEPOINT s; SELECT set_session_user('$nora'); $who; ROLLBACK TO s; $who; COMMIT"),
	'1:1 2:2 1:1', 'rolled back to a savepoint: the token before');
is(answers('app', "BEGIN; SELECT set_session_user('$walt');\nSAVEPOINT s;\nSELECT set_session_user('rubbish');\nROLLBACK TO s;\n$who;\nCOMMIT"),
	'1:1 28000', 'a bad token takes nothing away');
my $forged = $walt;
$forged =~ s/^ct1:1:1:/ct1:1:2:/;
is(answers('app', "SELECT set_session_user('$forged')"), ' 28000', 'a forged token');
ok($node->log_contains('its signature is wrong'), 'what is wrong is in the log');

# what is taken away takes effect in sessions that go on
my $session = start_session('walt');
my $in_block = start_session('walt');
my $repeatable = start_session('walt');
my $with_token = start_session('app');
is(ask($session, $who), '1:1', 'a session');
is(ask($in_block, "BEGIN; $who"), '1:1', 'one in a transaction');
is(ask($repeatable, "BEGIN ISOLATION LEVEL REPEATABLE READ; $who"), '1:1', 'one at REPEATABLE READ');
is(ask($with_token, "BEGIN; SELECT set_session_user('$walt')"), '', 'one with a token');
is(ask($with_token, $who), '1:1', 'that holds');
$node->safe_psql('postgres', 'BEGIN; UPDATE user_organization SET date_deleted = now() WHERE member_user_id = 1; ROLLBACK');
is(ask($session, $who), '1:1', 'a change that is rolled back changes nothing');
$node->safe_psql('postgres', 'UPDATE user_organization SET date_deleted = now() WHERE member_user_id = 1');
is(ask($session, $who), '1:0', 'a membership that ends');
is(ask($in_block, $who), '1:0', 'ends in a transaction under way');
is(ask($repeatable, $who), '1:0', 'at REPEATABLE READ too');
is(ask($with_token, $who), '1:0', 'and for a token');
$node->safe_psql('postgres', 'UPDATE user_organization SET date_deleted = NULL WHERE member_user_id = 1');
is(ask($_, $who), '1:1', 'a membership that begins') for $session, $in_block, $with_token;
$node->safe_psql('postgres', q{BEGIN; UPDATE hmis_user SET active = false WHERE user_id = 1; PREPARE TRANSACTION 'leave'});
is(ask($session, $who), '1:1', 'prepared only, a change is none');
$node->safe_psql('postgres', q{COMMIT PREPARED 'leave'});
is(ask($_, $who), '0:0', 'a user who leaves') for $session, $in_block, $with_token;
is(ask($repeatable, $who), '0:0', 'at REPEATABLE READ too');
$node->safe_psql('postgres', 'UPDATE hmis_user SET active = true WHERE user_id = 1');
is(ask($_, $who), '1:1', 'and comes back') for $session, $in_block, $with_token;
$node->safe_psql('postgres', 'ALTER ROLE walt RENAME TO walter');
is(ask($session, $who), '0:0', 'a login that is renamed');
$node->safe_psql('postgres', 'ALTER ROLE walter RENAME TO walt');
is(ask($session, $who), '1:1', 'and again');
$node->safe_psql('postgres', 'SET session_replication_role = replica; DELETE FROM user_organization WHERE member_user_id = 1');
is(ask($session, $who), '1:0', 'what replication applies takes effect too');
$node->safe_psql('postgres', 'INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1)');
$node->safe_psql('postgres', 'ALTER SCHEMA hmis RENAME TO work; ALTER DATABASE postgres SET search_path = work, public');
is(ask($in_block, "SELECT count(*) FROM work.client"), '1', 'a schema that is renamed shows the same');
$node->safe_psql('postgres', 'ALTER SCHEMA work RENAME TO hmis; ALTER DATABASE postgres SET search_path = hmis, public');
ask($_, 'ROLLBACK') for $in_block, $repeatable, $with_token;

# keys that are rotated while tokens are out
$node->safe_psql('postgres', q{SELECT rotate_session_key('1 hour')}, extra_params => [ '-U', 'app' ]);
is(answers('app', "BEGIN; SELECT set_session_user('$walt'); $who; COMMIT"), '1:1', 'a token of the key before holds');
my $new = token(1);
is(ask($with_token, "BEGIN; SELECT set_session_user('$new'); $who"), "\n1:1", 'one of the new key too');
$node->safe_psql('postgres', q{SELECT rotate_session_key('0')}, extra_params => [ '-U', 'app' ]);
is(answers('app', "SELECT set_session_user('$_')"), ' 28000', 'rotated at once, neither does') for $walt, $new;
is(ask($with_token, $who), '1:1', 'a transaction under way ends as it began');
is(ask($with_token, "COMMIT; BEGIN; SELECT set_session_user('$new')"), '28000', 'and is the last');
ask($with_token, 'ROLLBACK');
is(answers('app', "BEGIN; SELECT set_session_user('" . token(1) . "'); $who; COMMIT"), '1:1', 'new tokens are good');

# settings of whatever name, made before the library is loaded, say nothing
my @names = map { "clienttrack.$_" } qw(user_id current_user_id session_user organizations organization_ids programs admin token);
{
	local $ENV{PGOPTIONS} = join ' ', map { "-c $_=1" } @names;
	is(answers('nobody', $who), '0:0', 'PGOPTIONS');
	is(answers('walt', $who), '1:1', 'which keep nobody out either');
}
$node->safe_psql('postgres', join '', map { "ALTER ROLE nobody SET $_ = '1';" } map { s/\.(.*)/."$1"/r } @names);
is(answers('nobody', $who), '0:0', 'ALTER ROLE SET');
$node->safe_psql('postgres', 'ALTER ROLE nobody RESET ALL');
is(answers('nobody', join(' ', map { "SET $_ = '{1,2}';" } map { s/\.(.*)/."$1"/r } @names) . $who), '0:0', 'SET');
is(answers('nobody', 'SELECT count(set_config(n, $$1$$, false)) FROM unnest(ARRAY[' . join(',', map { "'$_'" } @names) . "]) n; $who"), '8 0:0', 'set_config()');
is( answers('nobody', 'CREATE TEMP TABLE hmis_user AS SELECT 1::bigint AS user_id, name $$nobody$$ AS login_role, true AS active;
	CREATE TEMP TABLE user_organization AS SELECT 1::bigint AS member_user_id, 1::bigint AS organization_id;
	CREATE TEMP TABLE client_organization AS SELECT c AS client_id, 1::bigint AS organization_id FROM generate_series(1, 9) c;
	SET search_path = pg_temp, hmis, pg_catalog;' . $who),
	'0:0', 'temporary tables of the same names');
is(answers('nobody', "SET row_security = off; SELECT count(*) FROM client"), ' 42501', 'row_security = off is an error, not a way out');
is(answers('nobody', 'SET SESSION AUTHORIZATION walt'), ' 42501', 'nor does anybody become another login');
is(answers('nobody', 'SET ROLE walt'), ' 42501', 'or role');

$node->stop;
done_testing();
