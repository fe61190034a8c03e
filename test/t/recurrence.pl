# The recurrence engine by itself, without a server: what rules mean (our vectors, and those that other implementations
# agreed on), random rules before a judge that looks at every day and before libical, normal forms, counting, and that no
# input whatever makes it run away or misbehave.
#
#   CLIENTTRACK_RECURRENCE_RULES   how many random rules (4000): millions, to look for what nobody has thought of
#   CLIENTTRACK_RECURRENCE_SEED    others than usual (1)
#   CLIENTTRACK_RRULE_VECTORS      a folder with vectors of other implementations (../shared/rrule)
use strict;
use warnings;
use File::Temp 'tempdir';
use FindBin;
use List::Util qw(all any max min sum0);
use Test::More;

my $top = "$FindBin::Bin/../..";
my $tests = "$top/test/recurrence";
my @engine = glob "$top/src/recurrence*.c";
my $shared = $ENV{CLIENTTRACK_RRULE_VECTORS} // "$top/../shared/rrule";
my $seed = $ENV{CLIENTTRACK_RECURRENCE_SEED} // 1;
my $random_rules = $ENV{CLIENTTRACK_RECURRENCE_RULES} // 4000;
my $folder = tempdir(CLEANUP => 1, TMPDIR => 1);

my $end_of_time = '5874897-12-31';

# Compiles a program; memory errors and undefined behaviour end it, unless told not to look for them.
sub compile
{
	my ($program, $sanitize, @arguments) = @_;
	my @flags = $sanitize ? ('-fsanitize=address,undefined', '-fno-sanitize-recover=all') : ();
	return system(split(' ', $ENV{CC} // 'cc'), qw(-g -O1 -Wall -Wextra -Werror), @flags, '-o', "$folder/$program", @arguments) == 0;
}

# Writes lines into a file.
sub write_lines
{
	my ($name, @lines) = @_;
	open my $file, '>', "$folder/$name" or die "$folder/$name: $!";
	print $file map { "$_\n" } @lines;
	close $file or die "$folder/$name: $!";
}

# Returns what a program answers, a line for each line that it is given. It must end, and well.
sub answers
{
	my ($program, @lines) = @_;
	write_lines('questions', @lines);
	open my $pipe, '-|', "ulimit -t 120; exec '$folder'/$program <'$folder/questions'" or die "$program: $!";
	chomp(my @answers = readline $pipe);
	close $pipe;
	die "$program ended badly (status $?) at line " . (@answers + 1) . ": $lines[@answers]\n" if $? || @answers != @lines;
	return @answers;
}

# Returns a line for the programs: what is asked of a recurrence, from its start if nothing else is said.
sub question
{
	my (%asked) = (limit => '', rdates => '', exdates => '', @_);
	$asked{first} //= $asked{dtstart};
	return join "\t", @asked{qw(rule dtstart first last limit rdates exdates)};
}

# Passes where all answers are the expected ones, and there are some; shows the first that are not.
sub all_are
{
	my ($answers, $expected, $questions, $name) = @_;
	my @wrong = grep { $answers->[$_] ne $expected->[$_] } 0 .. $#$questions;
	return if ok(@$questions && @$answers == @$expected && !@wrong, $name);
	diag(scalar @wrong . ' of ' . scalar @$questions . ' are wrong');
	diag("$questions->[$_]\n     got: $answers->[$_]\nexpected: $expected->[$_]") for @wrong[ 0 .. min(4, $#wrong) ];
}

# Passes where there are things, and a test holds for each; shows the first for which it does not.
sub holds_for_all(&$$)
{
	my ($test, $things, $name) = @_;
	my @wrong = grep { !$test->() } @$things;
	ok(@$things && !@wrong, $name) or diag(join "\n", scalar @wrong . ' are wrong', @wrong[ 0 .. min(4, $#wrong) ]);
}

# Reads a file of fields that tabs separate, with a line of names; returns a hash for each row.
sub read_rows
{
	my ($path) = @_;
	open my $file, '<', $path or die "$path: $!";
	chomp(my @lines = readline $file);
	my @names = split /\t/, shift @lines;
	return map { my %row; @row{@names} = split /\t/, $_, -1; \%row } @lines;
}

# Returns the parts of a rule.
sub parts_of
{
	my ($rule) = @_;
	return { map { split /=/, $_, 2 } split /;/, $rule };
}

# Returns a question as the judge reads it: in upper case, with the date of UNTIL alone; and in the years until 2600 rather
# than until 9999, since it looks at every day, and other days than those of 400 years there are not.
sub plain
{
	my $question = uc $_[0];
	$question =~ s/^RRULE://;
	$question =~ s/(UNTIL=\d{8})T\w+/$1/;
	$question =~ s/\t9999-12-31\t/\t2600-12-31\t/;
	return $question;
}

# Says whether a rule is refused because implementations disagree about what it means.
sub is_disputed
{
	my ($rule) = @_;
	return $rule =~ /FREQ=YEARLY/ && $rule =~ /BYMONTHDAY=/ && $rule !~ /BYMONTH=/;
}

ok(compile('expand', 1, "-I$top/src", "$tests/expand.c", @engine), 'the engine compiles by itself, without warnings')
  or BAIL_OUT('no engine');
ok(compile('judge', 1, "$tests/judge.c"), 'the judge compiles') or BAIL_OUT('no judge');
ok(compile('random_rules', 1, "$tests/random_rules.c"), 'the generator of rules compiles') or BAIL_OUT('no rules');
ok(compile('replay', 1, '-DREPLAY', "-I$top/src", "$tests/fuzz.c", @engine), 'the target of make fuzz compiles')
  or BAIL_OUT('no target');

# our vectors

my @vectors = read_rows("$tests/vectors.tsv");
my @answered = answers('expand', map { question(%$_) } @vectors);
is($answered[$_], $vectors[$_]{expected}, $vectors[$_]{name}) for 0 .. $#vectors;

my @valid = grep { $_->{expected} !~ /^error/ } @vectors;
my @judged = map { plain(question(%$_)) } @valid;
all_are([ answers('judge', @judged) ], [ map { $_->{expected} } @valid ], \@judged, 'the judge says the same of our vectors');

is_deeply([ answers('expand', "FREQ=DA\x01\x7fILY\xff") ],
	['error: 6: FREQ "DA??ILY?" is not DAILY, WEEKLY, MONTHLY or YEARLY'], 'bytes that cannot be shown are not');

# What is left of a rule that ends too early is a rule, too, or refused with a place in it.
my @beginnings = map { my $rule = $_->{rule}; map { substr $rule, 0, $_ } 1 .. length($rule) - 1 } @valid;
my @said = answers('expand normal', @beginnings);
holds_for_all { $said[$_] =~ /^FREQ=/ || ($said[$_] =~ /^error: (\d+): [ -~]+$/ && $1 >= 1 && $1 <= length($beginnings[$_]) + 1) }
[ 0 .. $#beginnings ], 'every beginning of a rule is a rule or refused';
ok((any { /^FREQ/ } @said) && (any { /^error/ } @said), 'and there are both');

# vectors of other implementations

my %shared_files = (
	'vectors.tsv' => sub { return ($_->{rrule}, $_->{dtstart}, $_->{limit_from}, $_->{limit_to}, '') },
	'windows.tsv' => sub { return ($_->{rrule}, $_->{dtstart}, $_->{limit_from}, $_->{limit_to}, '') },
	'random.tsv' => sub { return ($_->{rrule}, $_->{dtstart}, $_->{dtstart}, $_->{limit_to}, $_->{limit_n}) },
	'sets.tsv' => sub { return ($_->{rrule}, $_->{dtstart}, $_->{limit_from}, $_->{limit_to}, '', $_->{rdates}, $_->{exdates}) },
	'empty.tsv' => sub { return ($_->{rrule}, $_->{dtstart}, $_->{dtstart}, '9999-12-31', '') },
	'weekly_interval2_wkst_enum.tsv' => sub { return ($_->{rrule}, $_->{dtstart}, $_->{dtstart}, '9999-12-31', '6') },
);

# How many rows were refused, by file.
my %refused;

# Asks the engine and the judge for the rows of a file that others agreed on, but for the disputed ones.
sub check_shared_file
{
	my ($name) = @_;
	my @rows = read_rows("$shared/$name");
	my ($expected) = grep { /^expected/ } keys %{ $rows[0] };
	my @disputed = grep { is_disputed($_->{rrule}) } @rows;
	@rows = grep { !is_disputed($_->{rrule}) } @rows;
	my @expected = map { $expected ? $_->{$expected} : '' } @rows;

	my @questions = map { join "\t", $shared_files{$name}->() } @rows;
	all_are([ answers('expand', @questions) ], \@expected, \@questions, "$name: the engine agrees in " . @rows . ' rows');
	my @plain = map { plain($_) } @questions;
	all_are([ answers('judge', @plain) ], \@expected, \@plain, "$name: so does the judge");
	return unless @disputed;
	my @refusals = answers('expand normal', map { $_->{rrule} } @disputed);
	$refused{$name} = grep { /^error: \d+: BYMONTHDAY with FREQ=YEARLY needs BYMONTH/ } @refusals;
}

# Rules that others take, and we refuse, by decision: YEARLY;BYMONTHDAY without BYMONTH, so often in each file.
my %disputed = ('random.tsv' => 38, 'vectors.tsv' => 1, 'windows.tsv' => 5);

# Rules that others refuse, and we take, by decision.
my @tolerated = ('FREQ=DAILY;UNTIL=20251231T120000Z', 'RRULE:FREQ=DAILY');

SKIP:
{
	skip "no vectors of other implementations in $shared", 15 unless -r "$shared/vectors.tsv";
	check_shared_file($_) for sort keys %shared_files;
	is_deeply(\%refused, \%disputed, 'YEARLY;BYMONTHDAY without BYMONTH is refused, and that is all that others take');

	my @invalid = read_rows("$shared/invalid.tsv");
	my @refusals = answers('expand normal', map { $_->{rrule} } @invalid);
	is_deeply([ map { $invalid[$_]{rrule} } grep { $refusals[$_] !~ /^error/ } 0 .. $#invalid ],
		\@tolerated, 'invalid.tsv: all is refused but a time with UNTIL, which is ignored, and the name of the property');
	holds_for_all { /^FREQ|^error: [1-9]\d*: \S/ } \@refusals, 'invalid.tsv: with a place and a reason';
}

# random rules

# Returns random rules, from a number on: hashes with the questions for the judge and the engine.
sub random_rules
{
	my ($from, $number) = @_;
	my @rules;
	open my $pipe, '-|', "exec '$folder/random_rules' $seed $from $number" or die "random_rules: $!";
	while (my $line = readline $pipe)
	{
		chomp $line;
		my %rule;
		@rule{qw(rule dtstart first last limit rdates exdates other_rule other_dtstart)} = split /\t/, $line, -1;
		push @rules,
		  {
			%rule,
			number => $from + @rules,
			judge => question(%rule),
			engine => question(%rule, rule => $rule{other_rule}, dtstart => $rule{other_dtstart}),
			parts => parts_of($rule{rule})
		  };
	}
	close $pipe or die "random_rules ended badly (status $?)\n";
	die "random_rules wrote too few\n" unless @rules == $number;
	return @rules;
}

# What is wrong with random rules, and how often something was among those that have days.
my (@differ, @normal_differ, @effort_differs, @libical_differs, %seen, %asked_libical);
my $have_libical = system('pkg-config --exists "libical >= 3.0.16" "libical < 4" 2>/dev/null') == 0;
if ($have_libical)
{
	my @flags = split ' ', `pkg-config --cflags --libs libical`;
	ok(compile('expand_libical', 0, "$tests/expand_libical.c", @flags), "the comparison with libical compiles");
}

# Keeps what is wrong with a rule.
sub differ
{
	my ($list, $rule, $got, $expected) = @_;
	push @$list, "rule $rule->{number} of seed $seed: $rule->{engine}\n   judge: $rule->{judge}\n     got: $got\nexpected: $expected";
}

# Counts what kinds of rules have days.
sub see
{
	my ($rule, $days) = @_;
	my $parts = $rule->{parts};
	return if $days eq '';
	$seen{"$parts->{FREQ} $_"}++ for grep { $_ ne 'FREQ' } keys %$parts;
	$seen{"start earlier"}++ if $rule->{dtstart} ne $rule->{other_dtstart};
	$seen{RDATE}++ if $rule->{rdates} ne '';
	$seen{EXDATE}++ if $rule->{exdates} ne '';
	$seen{days}++;
}

# Compares the normal forms of rules: one for all ways to write a rule, its own normal form, and with the same days.
sub check_normal_forms
{
	my ($rules, $days) = @_;
	my @forms = answers('expand normal', map { $_->{other_rule} } @$rules);
	my @of_plain = answers('expand normal', map { $_->{rule} } @$rules);
	my @again = answers('expand normal', @forms);
	my @same = answers('expand', map { question(%{ $rules->[$_] }, rule => $forms[$_]) } 0 .. $#forms);
	for my $i (0 .. $#forms)
	{
		differ(\@normal_differ, $rules->[$i], $forms[$i], $of_plain[$i]) if $forms[$i] ne $of_plain[$i];
		differ(\@normal_differ, $rules->[$i], $again[$i], $forms[$i]) if $forms[$i] ne $again[$i];
		differ(\@normal_differ, $rules->[$i], "$forms[$i]: $same[$i]", $days->[$i]) if $same[$i] ne $days->[$i];
	}
}

# At most so many periods are looked at for a day without COUNT: 400 years of them, then the one that ends it.
my %most_periods = (DAILY => 146_100, WEEKLY => 20_872, MONTHLY => 4_801, YEARLY => 401);

# Says what is wrong with the effort for a recurrence: days that were asked for and counted, periods that were looked at,
# interrupts, and whether it ends.
sub wrong_effort
{
	my ($answer, $parts) = @_;
	my %effort = map { split /=/ } split / /, $answer;
	my $has_count = exists $parts->{COUNT};
	return 'count' if $effort{count} != $effort{days} || $effort{half} != $effort{days};
	return 'most' if !$has_count && $effort{most} > $most_periods{ $parts->{FREQ} };
	return 'count_loaded' if $effort{count_loaded} > $effort{loaded};
	return 'interrupts' if $effort{interrupts} < int($effort{loaded} / 4096);
	return 'ends' if $effort{ends} != ($has_count || exists $parts->{UNTIL} ? 1 : 0);
	return '';
}

# Compares the ways to count.
sub check_efforts
{
	my ($rules) = @_;
	my @efforts = answers('expand effort', map { $_->{engine} } @$rules);
	for my $i (0 .. $#efforts)
	{
		my $wrong = wrong_effort($efforts[$i], $rules->[$i]{parts});
		differ(\@effort_differs, $rules->[$i], $efforts[$i], $wrong) if $wrong;
	}
}

# Returns the years of a rule: of its start, and of the end of the window.
sub years_of
{
	my ($rule) = @_;
	return map { /^(\d+)/ } @$rule{qw(dtstart last)};
}

# Where libical 3.0.16 is wrong, or is asked something else: a name, and whether a rule is such a one.
my @libical_is_wrong = (
	[ 'has days that are added or taken away, which are not rules' => sub { $_->{rdates} ne '' || $_->{exdates} ne '' } ],
	[ 'has no day: libical looks until 2582, or for ever' => sub { $_->{days} eq '' } ],
	[ 'has a window far from the start, which takes libical long' => sub { my ($from, $to) = years_of($_); $to - $from > 60 } ],
	[ 'before 1600: libical takes the Julian calendar' => sub { (years_of($_))[0] < 1600 } ],
	[ 'after 2582: libical stops' => sub { (years_of($_))[1] > 2582 } ],
	[ 'INTERVAL beyond 16 bits' => sub { ($_->{parts}{INTERVAL} // 1) > 32767 } ],
	[ 'WEEKLY with INTERVAL and WKST other than MO or SU: libical takes the wrong weeks' => sub
		{
			$_->{parts}{FREQ} eq 'WEEKLY' && $_->{parts}{INTERVAL} && ($_->{parts}{WKST} // 'MO') !~ /^(MO|SU)$/
		}
	],
	[ 'WEEKLY with INTERVAL on Sundays alone: libical leaves out the week of DTSTART' => sub
		{
			$_->{parts}{FREQ} eq 'WEEKLY' && $_->{parts}{INTERVAL} && ($_->{parts}{BYDAY} // '') eq 'SU' &&
			  ($_->{parts}{WKST} // 'MO') eq 'MO'
		}
	],
	[ 'WEEKLY or DAILY with BYSETPOS' => sub { $_->{parts}{FREQ} =~ /^(WEEKLY|DAILY)$/ && $_->{parts}{BYSETPOS} } ],
	[ 'DAILY with negative BYMONTHDAY' => sub { $_->{parts}{FREQ} eq 'DAILY' && ($_->{parts}{BYMONTHDAY} // '') =~ /-/ } ],
	[ 'BYSETPOS with a list that has negative numbers: libical does not sort the days' => sub
		{
			my $parts = $_->{parts};
			$parts->{BYSETPOS} && any { /-/ } map { $_ // '' } @$parts{qw(BYMONTHDAY BYDAY BYYEARDAY)};
		}
	],
	[ 'BYWEEKNO without BYDAY: libical crashes' => sub { $_->{parts}{BYWEEKNO} && !$_->{parts}{BYDAY} } ],
	[ 'BYWEEKNO with days: libical takes them for contradictory' => sub
		{
			$_->{parts}{BYWEEKNO} && ($_->{parts}{BYYEARDAY} || $_->{parts}{BYMONTHDAY});
		}
	],
	[ 'BYWEEKNO with INTERVAL: libical counts calendar years' => sub { $_->{parts}{BYWEEKNO} && $_->{parts}{INTERVAL} } ],
	[ 'BYWEEKNO with a week at New Year' => sub { ($_->{parts}{BYWEEKNO} // '') =~ /-|\b(1|52|53)\b/ } ],
	[ 'BYYEARDAY with BYMONTH' => sub { $_->{parts}{BYYEARDAY} && $_->{parts}{BYMONTH} } ],
);

# Returns why libical is not asked about a rule; nothing where it is.
sub why_not_libical
{
	local $_ = shift;
	for my $reason (@libical_is_wrong)
	{
		return $reason->[0] if $reason->[1]->();
	}
	return;
}

# Compares rules with libical, but for those that it is wrong about.
sub check_with_libical
{
	my ($rules, $days) = @_;
	my @asked;
	for my $i (0 .. $#$rules)
	{
		my $rule = { %{ $rules->[$i] }, days => $days->[$i] };
		push @asked, $rule unless why_not_libical($rule);
	}
	my @answers = answers('expand_libical', map { question(%$_) } @asked);
	for my $i (0 .. $#asked)
	{
		differ(\@libical_differs, $asked[$i], $asked[$i]{days}, "$answers[$i] by libical") if $answers[$i] ne $asked[$i]{days};
		$asked_libical{ $asked[$i]{parts}{FREQ} }++;
	}
}

# Asks everybody about a batch of random rules.
sub check_random_rules
{
	my ($from, $number) = @_;
	my @rules = random_rules($from, $number);
	my @expected = answers('judge', map { $_->{judge} } @rules);
	my @days = answers('expand', map { $_->{engine} } @rules);
	for my $i (0 .. $#rules)
	{
		differ(\@differ, $rules[$i], $days[$i], $expected[$i]) if $days[$i] ne $expected[$i];
		see($rules[$i], $expected[$i]);
	}
	check_normal_forms(\@rules, \@days);
	check_efforts(\@rules);
	check_with_libical(\@rules, \@days) if $have_libical;
}

# Passes where nothing differed; shows the first that did.
sub none_differ
{
	my ($list, $name) = @_;
	is(scalar @$list, 0, $name) or diag(join "\n", @$list[ 0 .. min(4, $#$list) ]);
}

for (my $from = 0; $from < $random_rules; $from += 4000)
{
	check_random_rules($from, min(4000, $random_rules - $from));
}
none_differ(\@differ, "the engine and the judge agree about $random_rules random rules");
none_differ(\@normal_differ, 'each has one normal form, whichever way it is written, and the same days');
none_differ(\@effort_differs, 'days are as many counted as asked for, and none takes more than 400 years of periods');

SKIP:
{
	skip 'too few random rules to say how various they are', 2 if $random_rules < 2000;
	my %parts = (
		DAILY => [qw(INTERVAL COUNT UNTIL BYMONTH BYMONTHDAY BYDAY BYSETPOS)],
		WEEKLY => [qw(INTERVAL COUNT UNTIL BYMONTH BYDAY BYSETPOS WKST)],
		MONTHLY => [qw(INTERVAL COUNT UNTIL BYMONTH BYMONTHDAY BYDAY BYSETPOS)],
		YEARLY => [qw(INTERVAL COUNT UNTIL BYMONTH BYWEEKNO BYYEARDAY BYMONTHDAY BYDAY BYSETPOS WKST)]
	);
	my @kinds = ('start earlier', 'RDATE', 'EXDATE', map { my $frequency = $_; map { "$frequency $_" } @{ $parts{$_} } } keys %parts);
	cmp_ok($seen{days} // 0, '>', $random_rules * 0.6, 'most of the random rules have days');
	cmp_ok(min(map { $seen{$_} // 0 } @kinds), '>', $random_rules / 200, 'and each part of rules is among these');
}

SKIP:
{
	skip 'libical 3.0.16 or a later 3 (Debian: libical-dev) is not here', 2 unless $have_libical;
	my $asked = sum0(values %asked_libical);
	none_differ(\@libical_differs, "libical agrees about $asked of them");
	skip 'too few random rules to say how many libical was asked about', 1 if $random_rules < 2000;
	cmp_ok(min(map { $asked_libical{$_} // 0 } keys %most_periods), '>', $random_rules / 50,
		'it was asked about each frequency often enough');
}

# normal forms

my @weekdays = qw(MO TU WE TH FR SA SU);
my $year_days = join ',', 1 .. 366, map { -$_ } 1 .. 366;
my $longest = 'FREQ=YEARLY;INTERVAL=2147483647;COUNT=2147483647' . ";BYYEARDAY=$year_days;BYDAY=" .
  join(',', @weekdays, map { my $n = $_; map { "$n$_" } @weekdays } 1 .. 53, map { -$_ } 1 .. 53) . ";BYSETPOS=$year_days";
my @normal_forms = (
	[ 'wkst=su;byday=fr,mo,mo;interval=01;freq=weekly', 'FREQ=WEEKLY;BYDAY=MO,FR', 'what holds anyway is left out' ],
	[ 'WKST=SU;BYDAY=FR,MO;INTERVAL=2;FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU', 'WKST matters with INTERVAL' ],
	[ 'FREQ=WEEKLY;INTERVAL=2;WKST=MO', 'FREQ=WEEKLY;INTERVAL=2', 'and is Monday anyway' ],
	[ 'FREQ=WEEKLY;WKST=SU;BYSETPOS=1;BYDAY=SU,MO', 'FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=1;WKST=SU', 'it matters with BYSETPOS' ],
	[ 'FREQ=YEARLY;WKST=TH;BYWEEKNO=-1,53,+1', 'FREQ=YEARLY;BYWEEKNO=1,53,-1;WKST=TH', 'with BYWEEKNO' ],
	[ 'FREQ=YEARLY;WKST=TH;BYWEEKNO=-1', 'FREQ=YEARLY;BYWEEKNO=-1;WKST=TH', 'from the end alone, too' ],
	[ 'FREQ=MONTHLY;INTERVAL=2;BYDAY=MO;BYSETPOS=1;WKST=SU', 'FREQ=MONTHLY;INTERVAL=2;BYDAY=MO;BYSETPOS=1', 'not by months' ],
	[ 'FREQ=DAILY;INTERVAL=2;BYDAY=MO;BYSETPOS=1;WKST=SU', 'FREQ=DAILY;INTERVAL=2;BYDAY=MO;BYSETPOS=1', 'not by days' ],
	[ 'FREQ=YEARLY;INTERVAL=2;BYDAY=MO;BYSETPOS=1;WKST=SU', 'FREQ=YEARLY;INTERVAL=2;BYDAY=MO;BYSETPOS=1', 'not by years' ],
	[ 'rrule:until=00010203t235959z;freq=daily', 'FREQ=DAILY;UNTIL=00010203', 'UNTIL is a date' ],
	[ 'FREQ=MONTHLY;BYDAY=-1MO,2TU,SU,+1MO,MO,-2FR,1TU', 'FREQ=MONTHLY;BYDAY=MO,SU,1MO,1TU,2TU,-1MO,-2FR', 'weekdays have an order' ],
	[ 'FREQ=MONTHLY;BYMONTHDAY=-1,31,+5,05,-31', 'FREQ=MONTHLY;BYMONTHDAY=5,31,-1,-31', 'days of the month have one' ],
	[ 'WKST=WE;BYSETPOS=-366,2;BYDAY=MO;BYMONTHDAY=1;BYYEARDAY=64,366;BYWEEKNO=9;BYMONTH=12,1;COUNT=07;INTERVAL=3;FREQ=YEARLY',
		'FREQ=YEARLY;INTERVAL=3;COUNT=7;BYMONTH=1,12;BYWEEKNO=9;BYYEARDAY=64,366;BYMONTHDAY=1;BYDAY=MO;BYSETPOS=2,-366;WKST=WE',
		'so do parts' ],
	[ $longest, $longest, 'the longest one has room' ],
);
my @forms = answers('expand normal', map { $_->[0] } @normal_forms);
is($forms[$_], $normal_forms[$_][1], "normal form: $normal_forms[$_][2]") for 0 .. $#normal_forms;

# effort

# Returns the efforts for recurrences, as hashes.
sub efforts
{
	return map { +{ map { split /=/ } split / / } } answers('expand effort', @_);
}

# Rules without days end, whatever their INTERVAL and their window.
my @empty = map { [ @$_{qw(rule dtstart)} ] } grep { $_->{name} =~ /^empty/ } @vectors;
push @empty, map { [ @$_{qw(rrule dtstart)} ] } read_rows("$shared/empty.tsv") if -r "$shared/empty.tsv";
push @empty, map { [ "FREQ=DAILY;INTERVAL=$_;BYMONTH=2;BYMONTHDAY=30", '2024-01-01' ] } 1 .. 3, 7, 27 .. 33, 365, 20_871, 146_097;
push @empty, map { [ "FREQ=WEEKLY;INTERVAL=$_;BYDAY=MO,SU;BYSETPOS=3", '2024-01-01' ] } 1, 2, 20_871;
push @empty, map { [ "FREQ=MONTHLY;INTERVAL=$_;BYMONTH=2;BYMONTHDAY=30", '2024-01-01' ] } 1 .. 5, 11, 4_801;
push @empty, map { [ "FREQ=YEARLY;INTERVAL=$_;BYMONTH=2;BYMONTHDAY=30", '2024-01-01' ] } 1 .. 5, 99, 400, 401, 1_000_000;
push @empty, map { [ "$_->[0];COUNT=2147483647", $_->[1] ] } grep { $_->[0] !~ /COUNT|UNTIL/ } @empty;
my @empty_efforts = efforts(map { question(rule => $_->[0], dtstart => $_->[1], first => '0001-01-01', last => $end_of_time) } @empty);
holds_for_all { $empty_efforts[$_]{days} == 0 } [ 0 .. $#empty ], @empty . ' rules without days have none';
holds_for_all { $empty_efforts[$_]{loaded} <= $most_periods{ parts_of($empty[$_][0])->{FREQ} } } [ 0 .. $#empty ],
  'and are done after the periods of 400 years';
cmp_ok(max(map { $_->{loaded} } @empty_efforts), '>', 140_000, 'which takes some looking');

# What is rare is found nevertheless: these wait for nearly as many periods in vain as make up 400 years. The days were
# reckoned by the remainders of 400 years.
my @rare = (
	[ 'FREQ=DAILY;INTERVAL=6470;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', '2321-11-16', '2588072-02-29,2588196-02-29' ],
	[ 'FREQ=WEEKLY;INTERVAL=8818;BYMONTH=2;BYDAY=MO,SU;BYSETPOS=2', '2257-02-23', '3303504-02-07,3305532-02-07' ],
	[ 'FREQ=MONTHLY;INTERVAL=331;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', '2331-09-01', '110872-02-29,112196-02-29' ],
	[ 'FREQ=YEARLY;INTERVAL=331;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', '2235-01-01', '110472-02-29,111796-02-29' ],
);
my @rare_days = answers('expand', map { question(rule => $_->[0], dtstart => $_->[1], last => $end_of_time, limit => 2) } @rare);
is($rare_days[$_], $rare[$_][2], "rare days are found: $rare[$_][0]") for 0 .. $#rare;

# Nor does a rule end before its window does: what the calendar has in 400 years it has a hundred times in 40,000.
my %in_400_years = (
	'FREQ=DAILY;BYDAY=FR;BYMONTHDAY=13' => 688,
	'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13' => 688,
	'FREQ=WEEKLY;BYMONTH=2;BYDAY=MO,SU;BYSETPOS=2' => 1271,
	'FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH' => 71,
	'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29' => 97,
	'FREQ=YEARLY;BYYEARDAY=366' => 97,
);
for my $rule (sort keys %in_400_years)
{
	my ($long) = efforts(question(rule => $rule, dtstart => '2000-01-01', last => '41999-12-31'));
	is($long->{days}, 100 * $in_400_years{$rule}, "all days of 40,000 years: $rule");
}

# A window far from the start takes as long as one near it.
my @endless = (
	'FREQ=DAILY', 'FREQ=DAILY;INTERVAL=3;BYMONTH=1,7', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU', 'FREQ=MONTHLY;BYDAY=-1FR',
	'FREQ=MONTHLY;INTERVAL=7;BYMONTHDAY=31', 'FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO', 'FREQ=YEARLY;BYYEARDAY=-1', 'FREQ=YEARLY;BYDAY=20MO'
);
for my $rule (@endless)
{
	my ($near, @far) =
	  efforts(map { question(rule => $rule, dtstart => '2001-05-06', first => "$_-05-06", last => ($_ + 40) . '-05-06') }
		  2001, 2101, 7001, 5_802_001);
	ok((all { abs($_->{loaded} - $near->{loaded}) <= 1 && $_->{days} > 0 } @far), "windows far from the start: $rule");
}

# Only COUNT makes the periods before a window be looked at; whoever waits may interrupt it.
my $endless_count = 'FREQ=DAILY;COUNT=2147483647';
my ($counted) = efforts(question(rule => $endless_count, dtstart => '2001-01-01', first => '7001-01-01', last => '7001-01-10'));
is($counted->{days}, 10, 'a window 5000 years of COUNT away');
cmp_ok($counted->{interrupts}, '>=', 14, 'can be interrupted on the way');
cmp_ok($counted->{loaded}, '<=', 5000 * 12 + 2, 'which is by months');

# Nothing is looked at when COUNT or UNTIL is reached, however long the window is.
my @ended = map { ("FREQ=$_;COUNT=5", "FREQ=$_;UNTIL=20241231") } qw(DAILY WEEKLY MONTHLY YEARLY YEARLY;BYWEEKNO=1);
my @ended_efforts = efforts(map { question(rule => $_, dtstart => '2024-01-01', last => $end_of_time) } @ended);
holds_for_all { $ended_efforts[$_]{loaded} <= $ended_efforts[$_]{days} + 1 } [ 0 .. $#ended ], 'rules end when they do';

# Large numbers are no reason to look for long.
my @huge = map { "FREQ=$_;INTERVAL=2147483647" } qw(DAILY WEEKLY MONTHLY YEARLY YEARLY;BYWEEKNO=1);
my @huge_efforts = efforts(map { question(rule => $_, dtstart => '2024-01-01', last => $end_of_time) } @huge);
holds_for_all { $_->{days} == 1 && $_->{loaded} <= 2 } \@huge_efforts, 'the largest INTERVAL leads out of the calendar at once';
my ($short) = efforts(question(rule => $endless_count, dtstart => '2024-01-01', last => '2024-12-31'));
is("$short->{days} $short->{loaded}", '366 13', 'the largest COUNT ends with the window');

# what make fuzz begins with

mkdir "$folder/seeds" or die "$folder/seeds: $!";
is(system($^X, "$tests/seeds.pl", "$folder/seeds"), 0, 'the vectors become seeds');
my $replayed = `'$folder/replay' '$folder'/seeds/*`;
is($?, 0, 'all that make fuzz checks holds for them');
like($replayed, qr/^inputs=@{[scalar @vectors]} rules=@{[scalar @valid]} days=[1-9]\d{2,}$/, 'and all were read');

done_testing();
