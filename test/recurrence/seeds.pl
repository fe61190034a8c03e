# Writes what fuzz.c begins with: a file for each of our vectors, in the form that fuzz.c reads.
#
#   perl test/recurrence/seeds.pl FOLDER
use strict;
use warnings;
use FindBin;
use Time::Local 'timegm_modern';

# Returns the number of a day from 2000-01-01. The calendar repeats itself after 400 years of 146097 days.
sub day_number
{
	my ($year, $month, $day) = split /-/, $_[0];
	my $cycles = int($year / 400) - 5;
	return $cycles * 146097 + (timegm_modern(0, 0, 0, $day, $month - 1, $year - 400 * $cycles) - 946684800) / 86400;
}

# Returns days as the gaps between them, the first from 30 days before the window, and leaves out what cannot be said so.
sub gaps
{
	my ($from, $dates) = @_;
	my ($before, @gaps) = ($from - 30);
	for my $day (sort { $a <=> $b } map { day_number($_) } split /,/, $dates)
	{
		my $gap = $day - $before - 1;
		next if $gap < 0 || $gap > 65535 || @gaps == 15;
		push @gaps, $gap;
		$before = $day;
	}
	return @gaps;
}

my ($folder) = @ARGV;
open my $vectors, '<:raw', "$FindBin::Bin/vectors.tsv" or die "vectors.tsv: $!";
readline $vectors;
while (my $line = readline $vectors)
{
	chomp $line;
	my (undef, $dtstart, $rule, $first, $last, $rdates, $exdates) = split /\t/, $line;
	my @rdates = gaps(day_number($first), $rdates);
	my @exdates = gaps(day_number($first), $exdates);
	open my $seed, '>:raw', "$folder/vector-$." or die "$folder: $!";
	print $seed pack('l3 C2 S*', (map { day_number($_) } $dtstart, $first, $last), scalar @rdates, scalar @exdates,
		@rdates, @exdates), $rule;
	close $seed or die "$folder: $!";
}
