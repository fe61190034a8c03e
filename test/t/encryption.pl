# SSNs are encrypted where the server has a file of keys: nothing that leaves the server shows them, keys can be changed,
# an encrypted value is good in its own row only, and nobody but the functions of the schema can have one decrypted.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $ssn = '987654321';
my %secret = map { $_ => "secret of $_ " . 'x' x 20 } qw(k1 k2 k3);
my $key_file = PostgreSQL::Test::Utils::tempdir . '/keys';

my $node = PostgreSQL::Test::Cluster->new('encryption');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = '\$libdir/clienttrack'\nautovacuum = off");
$node->start;

# Returns the SQLSTATE of a statement, or nothing where it succeeds.
sub sqlstate_of
{
	my ($sql, %more) = @_;
	my $connstr = $node->connstr($more{database} // 'source') . ($more{user} ? " user=$more{user}" : '');
	my ($status, undef, $stderr) =
	  $node->psql($more{database} // 'source', $sql, connstr => $connstr, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return $status == 0 ? '' : $stderr =~ /(?:ERROR|FATAL):\s+(\w{5})/ ? $1 : $stderr;
}

# Returns what a query returns.
sub result_of
{
	my ($sql, $user) = @_;
	return $node->safe_psql('source', $sql, $user ? (connstr => $node->connstr('source') . " user=$user") : ());
}

# Writes the file of keys and has the server read it.
sub use_keys
{
	my (@ids) = @_;
	write_keys("# keys\n\n" . join('', map { "$_:$secret{$_}\n" } @ids));
	return;
}

# Writes a text into the file of keys and has the server read it.
sub write_keys
{
	my ($text, $mode) = @_;
	open(my $handle, '>', $key_file) or die $!;
	print $handle $text;
	close $handle;
	chmod($mode // 0600, $key_file);
	$node->reload;
	return;
}

# Names the file of keys to the server, or none.
sub name_file
{
	my ($name) = @_;
	$node->append_conf('postgresql.conf', "clienttrack.encryption_key_file = '$name'");
	$node->reload;
	$node->poll_query_until('source', "SELECT current_setting('clienttrack.encryption_key_file') = '$name'") or die;
	return;
}

# Tells that SSNs and secrets are nowhere in a text, nor their bytes.
sub shows_nothing
{
	my ($text, $what) = @_;
	my @found = grep { index($text, $_) >= 0 } map { ($_, unpack('H*', $_)) } '98765432', values %secret;
	is_deeply(\@found, [], "$what shows no SSN and no secret");
	return;
}

$node->safe_psql('postgres', <<'END');
CREATE ROLE dba LOGIN;
CREATE ROLE worker LOGIN;
CREATE ROLE stranger LOGIN;
CREATE DATABASE source OWNER dba TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
END
$node->safe_psql('source', 'CREATE EXTENSION clienttrack; GRANT CREATE ON DATABASE source TO stranger');
$node->safe_psql('source', <<"END", connstr => $node->connstr('source') . ' user=dba');
CALL clienttrack.install('hmis');
SET search_path = hmis;
INSERT INTO client (first_name) SELECT 'Client' FROM generate_series(1, 2000);
INSERT INTO client_ssn (client_id, ssn) SELECT n, '98765432' || n % 10 FROM generate_series(1, 1200) n;
INSERT INTO organization (organization_name) VALUES ('Shelters');
INSERT INTO hmis_user (login_role) VALUES ('worker');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1);
UPDATE client SET security_organization_id = 1;
END
$node->safe_psql('source', 'GRANT clienttrack_worker, clienttrack_read_ssn TO worker');

# without keys
is(result_of('SELECT count(*) FROM hmis.client_ssn WHERE ssn IS NOT NULL'), '1200', 'without keys SSNs are stored as they are');
is(result_of('SELECT clienttrack.encryption_key() IS NULL'), 't', 'there is no current key');
is(sqlstate_of('CALL hmis.encrypt_protected()', user => 'dba'), '55000', 'nothing can be encrypted');

# what is missing is said
use_keys('k1');
name_file($key_file);
is(result_of('SELECT clienttrack.encryption_key()'), 'k1', 'the first key is the current one');
is(result_of("SELECT hmis.read_ssn(1, 'test')", 'worker'), '987654321', 'what was stored before is read');
is(sqlstate_of("SELECT hmis.set_ssn(1, '$ssn')", user => 'worker'), '42501', 'an owner who may not use the keys stores nothing');
my (undef, undef, $hint) = $node->psql('source', 'CALL hmis.encrypt_protected()', connstr => $node->connstr('source') . ' user=dba');
like($hint, qr/GRANT EXECUTE ON FUNCTION clienttrack\.read_protected\(regclass, name, bigint\) TO dba;/, 'and is told what to do');
$node->safe_psql('source', 'GRANT EXECUTE ON FUNCTION clienttrack.read_protected(regclass, name, bigint) TO dba');
is(sqlstate_of("SELECT hmis.set_ssn(1, '$ssn')", user => 'worker'), '42883', 'without pgcrypto nothing is stored');
$node->safe_psql('source', 'CREATE SCHEMA elsewhere; CREATE EXTENSION pgcrypto SCHEMA elsewhere', connstr => $node->connstr('source') . ' user=dba');

# functions of the same name, made members of the extension by its owner, are not given the secret
result_of('CREATE SCHEMA later', 'dba');
result_of(<<"END", 'dba') for 'hmis', 'later';
CREATE FUNCTION $_.pgp_sym_encrypt(text, text, text) RETURNS bytea LANGUAGE sql AS 'SELECT (\$1 || \$2)::bytea';
ALTER EXTENSION pgcrypto ADD FUNCTION $_.pgp_sym_encrypt(text, text, text);
END

# encrypting what is there
is(result_of('CALL hmis.encrypt_protected()', 'dba'), '1200', 'everything is encrypted, in several parts');
is(result_of('CALL hmis.encrypt_protected()', 'dba'), '0', 'and then nothing more');
is(result_of('SELECT count(*), min(clienttrack.protected_key(ssn_encrypted)), count(ssn) FROM hmis.client_ssn'), '1200|k1|0', 'with the key');
is(result_of("SELECT hmis.read_ssn(7, 'test')", 'worker'), '987654327', 'what is encrypted is read');
is(sqlstate_of("SELECT hmis.set_ssn(7, '98765-432X')", user => 'worker'), '', 'an SSN is set');
is(result_of("SELECT hmis.read_ssn(7, 'test')", 'worker'), '98765432x', 'and read');
is(result_of('SELECT ssn_data_quality FROM hmis.client WHERE client_id = 7'), '2', 'as a partial one');
is(sqlstate_of("SELECT hmis.set_ssn(1500, '$ssn')", user => 'worker'), '', 'one more');
is(result_of("SELECT hmis.read_ssn(1500, 'test')", 'worker'), $ssn, 'is read');
is(sqlstate_of('SELECT hmis.set_ssn(1500, NULL, 9)', user => 'worker'), '', 'it is removed');
is(result_of("SELECT hmis.read_ssn(1500, 'test') IS NULL AND NOT EXISTS (SELECT FROM hmis.client_ssn WHERE client_id = 1500)"), 't', 'and gone');
my $encrypted = 'SELECT ssn_encrypted FROM hmis.client_ssn WHERE client_id = ';
my ($eight, $nine) = (result_of($encrypted . 8), result_of($encrypted . 9));
result_of("SELECT hmis.set_ssn(n, '987654328') FROM generate_series(8, 9) n");
is(result_of($encrypted . 8), $eight, 'the same SSN again is left as it is');
isnt(result_of($encrypted . 9), $nine, 'another one is encrypted');
isnt(result_of($encrypted . 9) =~ s/.*3a//r, $eight =~ s/.*3a//r, 'and not as that of another client');

# what leaves the server
my ($dump) = run_command([ 'pg_dump', '-d', $node->connstr('source') ]);
shows_nothing($dump, 'a dump');
ok(index($dump, 'COPY hmis.client_ssn') >= 0, 'which has the table');
shows_nothing(result_of(q{SELECT string_agg(s::text, ' ') FROM pg_settings s}) . result_of('SHOW ALL'), 'the list of settings');

# a restored dump is read with the key
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
my $file = PostgreSQL::Test::Utils::tempdir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-d', $node->connstr('source'), '-f', $file ], 'dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $file ], 'restore');
is($node->safe_psql('restored', "SELECT hmis.read_ssn(7, 'test')", connstr => $node->connstr('restored') . ' user=worker'), '98765432x',
	'what was restored is read');
$node->safe_psql('postgres', 'DROP DATABASE restored');

# in its own row only
is(sqlstate_of('UPDATE hmis.client_ssn SET ssn_encrypted = (SELECT s.ssn_encrypted FROM hmis.client_ssn s WHERE s.client_id = 8) WHERE client_id = 3'),
	'', 'the owner can copy an encrypted SSN to another client');
is(sqlstate_of("SELECT hmis.read_ssn(3, 'test')"), 'XX001', 'where it is refused');
is(sqlstate_of("UPDATE hmis.client_ssn SET ssn_encrypted = set_byte(ssn_encrypted, length(ssn_encrypted) - 1,
	get_byte(ssn_encrypted, length(ssn_encrypted) - 1) # 1) WHERE client_id = 4"), '', 'or change it');
is(sqlstate_of("SELECT hmis.read_ssn(4, 'test')"), 'XX001', 'which is refused too');
is(sqlstate_of("UPDATE hmis.client_ssn SET ssn_encrypted = 'nonsense' WHERE client_id = 5"), '', 'or write nonsense');
is(sqlstate_of("SELECT hmis.read_ssn(5, 'test')"), 'XX001', 'likewise');
is(sqlstate_of("SELECT hmis.set_ssn(n, '98765432' || n) FROM generate_series(3, 5) n"), '', 'broken ones can be set anew');
is(result_of("SELECT string_agg(hmis.read_ssn(n, 'test'), ',') FROM generate_series(3, 5) n"), '987654323,987654324,987654325', 'and read again');
is(sqlstate_of('UPDATE hmis.client_ssn SET client_id = 1999 WHERE client_id = 6'), '', 'a row can be moved to another client');
is(result_of("SELECT hmis.read_ssn(1999, 'test')"), '987654326', 'for whom it is encrypted anew');

# nobody else has anything decrypted
my $read = "SELECT clienttrack.read_protected('%s', 'ssn', 8)";
is(sqlstate_of(sprintf($read, 'hmis.client_ssn'), user => 'worker'), '42501', 'a worker cannot read past read_ssn()');
is(sqlstate_of('SELECT * FROM hmis.client_ssn', user => 'worker'), '42501', 'nor the table');
my $stolen = result_of('SELECT ssn_encrypted FROM hmis.client_ssn WHERE client_id = 8');
is(sqlstate_of(<<"END", user => 'stranger'), '', 'a stranger with an encrypted SSN makes a schema of his own');
CALL clienttrack.install('theirs');
INSERT INTO theirs.client (client_id) VALUES (8), (9);
INSERT INTO theirs.client_ssn (client_id, ssn_encrypted) VALUES (8, '$stolen');
END
is(sqlstate_of($_, user => 'stranger'), '42501', "but gets no answer: $_")
  for sprintf($read, 'theirs.client_ssn'), "SELECT theirs.read_ssn(8, 'test')", 'UPDATE theirs.client_ssn SET client_id = 9',
  "INSERT INTO theirs.client_ssn (client_id, ssn) VALUES (9, '1')";
is(sqlstate_of(sprintf($read, 'hmis.client_ssn'), user => 'dba'), '', 'the owner gets one');
is(sqlstate_of(sprintf($read, 'theirs.client_ssn'), user => 'dba'), '42501', 'not for a table of somebody else');
$node->safe_psql('source', 'DROP OWNED BY stranger');

# another key
use_keys('k2', 'k1');
is(result_of("SELECT clienttrack.encryption_key() || hmis.read_ssn(8, 'test')", 'worker'), 'k2987654328', 'a new key in front: the old one decrypts');
is(result_of("SELECT hmis.set_ssn(10, '987654321'); SELECT clienttrack.protected_key(ssn_encrypted) FROM hmis.client_ssn WHERE client_id = 10") =~ s/^\n//r,
	'k2', 'the new one encrypts');
is(sqlstate_of('UPDATE hmis.client_ssn SET user_id = NULL WHERE client_id = 11'), '', 'a row that is changed for other reasons');
is(result_of('SELECT clienttrack.protected_key(ssn_encrypted) FROM hmis.client_ssn WHERE client_id = 11'), 'k2', 'is encrypted with the new one');
use_keys('k2');
is(sqlstate_of("SELECT hmis.read_ssn(8, 'test')"), '55000', 'a key that is gone is missed');
is(sqlstate_of('CALL hmis.encrypt_protected()'), '55000', 'and nothing can be encrypted anew');
is(result_of("SELECT hmis.read_ssn(10, 'test')"), $ssn, 'others are read');
use_keys('k2', 'k1');
is(result_of('CALL hmis.encrypt_protected()'), '1198', 'with both everything is encrypted with the new one');
use_keys('k2');
is(result_of("SELECT hmis.read_ssn(8, 'test')"), '987654328', 'then the old one can go');
write_keys("k2:some other secret of the same name\n");
is(sqlstate_of("SELECT hmis.read_ssn(8, 'test')"), 'XX001', 'another secret under the same id is no use');
is(sqlstate_of("SELECT hmis.set_ssn(12, '987654321')"), '', 'what cannot be decrypted any more can be set anew');

# a session that has read the file reads it again after a reload, and not before
use_keys('k2');
is(result_of(<<"END"), "k2\nk2\nt\n\nk3", 'a session follows the file from one reload to the next');
SELECT clienttrack.encryption_key();
COPY (SELECT 'k3:$secret{k3}') TO PROGRAM 'cat >$key_file';
SELECT clienttrack.encryption_key();
SELECT pg_reload_conf();
SELECT pg_sleep(2);
SELECT clienttrack.encryption_key();
END

# files that are not right: nothing is stored, nothing is shown
for my $case ([ "k2\n", 'no secret' ], [ "k2:short\n", 'a short secret' ], [ "K2:$secret{k2}\n", 'an id in capitals' ], [ ":$secret{k2}\n", 'no id' ],
	[ "k2:$secret{k2}\nk2:$secret{k3}\n", 'an id twice' ], [ "# nothing\n", 'no key' ])
{
	write_keys($case->[0]);
	is(sqlstate_of("SELECT hmis.set_ssn(13, '987654321')"), 'F0000', "a file with $case->[1]");
}
write_keys("k2:$secret{k2}\n", 0644);
is(sqlstate_of("SELECT hmis.read_ssn(8, 'test')"), 'F0000', 'a file that others can read');
unlink $key_file;
$node->reload;
is(sqlstate_of("SELECT hmis.read_ssn(8, 'test')"), '58P01', 'a file that is not there');

# no session can change which file counts
is(sqlstate_of("SET clienttrack.encryption_key_file = '/tmp/mine'", user => 'worker'), '55P02', 'SET is refused');
is(sqlstate_of("SET clienttrack.encryption_key_file = ''"), '55P02', 'to a superuser too');
is(sqlstate_of("ALTER ROLE worker SET clienttrack.encryption_key_file = ''", user => 'worker'), '55P02', 'ALTER ROLE too');
is(sqlstate_of("SELECT current_setting('clienttrack.encryption_key_file')", user => 'worker'), '42501', 'its name is not told');
{
	local $ENV{PGOPTIONS} = "-c clienttrack.encryption_key_file=''";
	my ($status) = $node->psql('source', 'SELECT 1', connstr => $node->connstr('source') . ' user=worker');
	isnt($status, 0, 'PGOPTIONS is refused');
}

# no keys any more
use_keys('k2');
name_file('');
is(sqlstate_of("SELECT hmis.read_ssn(8, 'test')"), '55000', 'without keys what is encrypted is not read');
is(sqlstate_of("SELECT hmis.set_ssn(13, '987654321')"), '', 'an SSN is stored');
is(result_of('SELECT ssn FROM hmis.client_ssn WHERE client_id = 13'), $ssn, 'as it is');
is(result_of("SELECT hmis.read_ssn(13, 'test')", 'worker'), $ssn, 'and read');

# a library that the server has not loaded
name_file($key_file);
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
is(sqlstate_of($_), '55000', "not loaded by the server: $_")
  for "SELECT hmis.read_ssn(8, 'test')", "SELECT hmis.set_ssn(13, '987654321')", 'SELECT clienttrack.encryption_key()';

my $log = slurp_file($node->logfile);
my @lines = grep { !/STATEMENT:|statement:/ } split /\n/, $log;
shows_nothing(join("\n", grep { !/^\t/ } @lines), 'the server\'s log');
like($log, qr/LOG:  disclosure of ssn of client 7 to role "worker"/, 'but disclosures');

$node->stop;
done_testing();
