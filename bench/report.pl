#!/usr/bin/perl
# Ensures that what script/bench measured can be read: summary.csv, a table on standard output, and the plots
# ratios.svg and growth.svg.
#
#   bench/report.pl FOLDER LINES BENCHMARK...
#
# LINES are new lines of FOLDER/summary.csv; they replace the old ones of the same benchmarks. BENCHMARK...: their order.
use strict;
use warnings;

my ($folder, $lines, @order) = @ARGV;
my @columns = qw(benchmark case ratio at_most verdict cpu_ratio lowest highest milliseconds);

# Returns the rows of a CSV file as hashes; the names are those given or those of its first line.
sub read_csv
{
	my ($path, @names) = @_;
	my @rows;

	open my $file, '<', $path or return;
	while (my $line = <$file>)
	{
		chomp $line;
		my @fields;
		push @fields, defined $1 ? $1 =~ s/""/"/gr : $2
			while $line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g && @fields < 20;
		if (!@names) { @names = grep { $_ ne '' } @fields; next; }
		my %row;
		@row{@names} = @fields;
		push @rows, \%row;
	}
	return @rows;
}

# Writes a file.
sub write_file
{
	my ($path, @text) = @_;

	open my $file, '>', $path or die "$path: $!\n";
	print $file @text;
	close $file or die "$path: $!\n";
}

# Returns a field as CSV.
sub csv_field
{
	my ($value) = @_;

	return $value =~ /[",]/ ? '"' . $value =~ s/"/""/gr . '"' : $value;
}

# Returns the lines of the summary: the new ones, and the old ones of benchmarks that were not run, in order.
sub merge_summary
{
	my @new = read_csv($lines, @columns);
	my %is_new = map { $_->{benchmark} => 1 } @new;
	my @rows = (@new, grep { !$is_new{$_->{benchmark}} } read_csv("$folder/summary.csv"));
	my %position;

	@position{@order} = 0 .. $#order;
	return map { $rows[$_] }
		sort { ($position{$rows[$a]{benchmark}} // 99) <=> ($position{$rows[$b]{benchmark}} // 99) || $a <=> $b } 0 .. $#rows;
}

# Returns a number with as many digits as help.
sub short
{
	my ($value) = @_;

	return '' if $value eq '';
	return sprintf $value >= 100 ? '%.0f' : $value >= 10 ? '%.1f' : $value >= 0.1 ? '%.2f' : '%.3f', $value;
}

# Prints the table.
sub print_table
{
	my $format = "%-62s %7s %8s %10s %15s %10s  %s\n";

	printf $format, '', 'ratio', 'at most', 'processor', 'lowest-highest', 'ms', '';
	for my $row (@_)
	{
		printf $format, $row->{case}, short($row->{ratio}), short($row->{at_most}), short($row->{cpu_ratio}),
			$row->{lowest} eq '' ? '' : short($row->{lowest}) . ' - ' . short($row->{highest}), short($row->{milliseconds}),
			$row->{verdict};
	}
	print "\nratio: of elapsed times, the median of paired runs; lowest-highest: of the pairs; processor: the same of processor",
		"\ntime; ms: median time of the first side. A ratio of 1.10 means that the first takes 10 % longer.\n";
}

# Returns a text for XML.
sub xml
{
	my ($text) = @_;

	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	return $text;
}

# Returns a text element.
sub text
{
	my ($x, $y, $text, $more) = @_;

	return sprintf qq{<text x="%.1f" y="%.1f"%s>%s</text>\n}, $x, $y, $more ? " $more" : '', xml($text);
}

# Returns a mark: a disc, a square, a triangle or a diamond, so that shape tells what colour tells.
sub mark
{
	my ($shape, $x, $y) = @_;

	return sprintf qq{<circle cx="%.1f" cy="%.1f" r="5" fill="#1f4e9c"/>\n}, $x, $y if $shape eq 'disc';
	return sprintf qq{<rect x="%.1f" y="%.1f" width="9" height="9" fill="#fff" stroke="#444" stroke-width="2"/>\n}, $x - 4.5, $y - 4.5
		if $shape eq 'square';
	return sprintf qq{<path d="M%.1f %.1fl7 12h-14z" fill="#b06000"/>\n}, $x, $y - 7 if $shape eq 'triangle';
	return sprintf qq{<path d="M%.1f %.1fl7 7l-7 7l-7 -7z" fill="#b3261e"/>\n}, $x, $y - 7;
}

# Returns a line element.
sub line
{
	my ($x1, $y1, $x2, $y2, $style) = @_;

	return sprintf qq{<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>\n}, $x1, $y1, $x2, $y2, $style;
}

# Returns a whole picture.
sub svg
{
	my ($width, $height, $title, $description, @body) = @_;

	return (qq{<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" width="$width" height="$height" },
		qq{role="img" aria-labelledby="title description" font-family="sans-serif" font-size="14" fill="#222">\n},
		'<title id="title">', xml($title), "</title>\n", '<desc id="description">', xml($description), "</desc>\n",
		qq{<rect width="$width" height="$height" fill="#fff"/>\n}, @body, "</svg>\n");
}

# Returns the plot of the ratios: a line for each comparison, on a logarithmic scale.
sub plot_ratios
{
	my @rows = grep { $_->{ratio} ne '' && $_->{benchmark} ne 'growth' } @_;
	my ($left, $right, $top, $step) = (440, 760, 84, 30);
	my ($low, $high) = (log 0.2, log 16);
	my $bottom = $top + $step * @rows;
	my $x = sub { $left + ($right - $left) * ((log shift) - $low) / ($high - $low) };
	my $within = sub { my $at = $x->(shift); $at < $left ? $left : $at > $right ? $right : $at };
	my @body = (text(16, 28, 'What the guard costs, as ratios', 'font-size="19" font-weight="bold"'),
		text(16, 50, 'Median of paired runs, with the lowest and the highest. Processor: of processor time, where it differs. Left of 1: faster. Marks at the edge lie beyond it.', 'fill="#444"'));

	for my $ratio (0.25, 0.5, 1, 2, 4, 8, 16)
	{
		push @body, line($x->($ratio), $top - 8, $x->($ratio), $bottom - 8, $ratio == 1 ? 'stroke="#222" stroke-width="2"' : 'stroke="#ddd"');
		push @body, text($x->($ratio), $bottom + 12, "$ratio ×", 'text-anchor="middle" font-size="12"');
	}
	for my $i (0 .. $#rows)
	{
		my $row = $rows[$i];
		my $y = $top + $step * $i + 6;
		my $shape = $row->{at_most} eq '' ? 'square' : $row->{verdict} =~ /only/ ? 'triangle' : $row->{verdict} eq 'met' ? 'disc' : 'diamond';
		my $words = short($row->{ratio}) . ' ×';

		$words .= ' (processor ' . short($row->{cpu_ratio}) . ' ×)'
			if $row->{cpu_ratio} ne '' && abs($row->{cpu_ratio} / $row->{ratio} - 1) > 0.03;

		push @body, text($left - 16, $y + 5, $row->{case}, 'text-anchor="end" font-size="13"');
		push @body, line($within->($row->{lowest}), $y, $within->($row->{highest}), $y, 'stroke="#666" stroke-width="3"')
			if $row->{lowest} ne '';
		if ($row->{at_most} ne '')
		{
			push @body, line($within->($row->{at_most}), $y - 11, $within->($row->{at_most}), $y + 11, 'stroke="#222" stroke-width="2" stroke-dasharray="3 2"');
			$words .= ', at most ' . short($row->{at_most}) . ": $row->{verdict}";
		}
		push @body, mark($shape, $within->($row->{ratio}), $y), text($right + 14, $y + 5, $words, 'font-size="13"');
	}
	push @body, mark('disc', 24, $bottom + 36), text(36, $bottom + 41, 'within its limit (dashed line)', 'font-size="13"'),
		mark('triangle', 264, $bottom + 36), text(278, $bottom + 41, 'within by one of the two clocks', 'font-size="13"'),
		mark('diamond', 504, $bottom + 36), text(518, $bottom + 41, 'beyond its limit', 'font-size="13"'),
		mark('square', 644, $bottom + 36), text(656, $bottom + 41, 'no limit set', 'font-size="13"');
	return svg(1260, $bottom + 60, 'What the guard costs, as ratios',
		join(' ', map { "$_->{case}: " . short($_->{ratio}) . ' times.' } @rows), @body);
}

# Returns the median of numbers.
sub median
{
	my @sorted = sort { $a <=> $b } @_;

	return ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2;
}

# Returns the plot of the time per client against the number of clients.
sub plot_growth
{
	my (%times, %shape);
	my ($left, $right, $top, $bottom) = (80, 640, 84, 380);

	push @{$times{$_->{side}}{$_->{rows}}}, 1000 * $_->{milliseconds} / $_->{rows} for grep { $_->{run} > 0 } @_;
	@shape{qw(guarded unguarded)} = qw(disc square);
	my @sizes = sort { $a <=> $b } keys %{$times{guarded}};
	my ($highest) = sort { $b <=> $a } map { map { @$_ } values %$_ } values %times;
	my $tick = $highest > 100 ? 50 : $highest > 40 ? 10 : 5;
	my $ceiling = $tick * (1 + int($highest / $tick));
	my $x = sub { $left + 30 + ($right - $left - 60) * log($_[0] / $sizes[0]) / log($sizes[-1] / $sizes[0]) };
	my $y = sub { $bottom - ($bottom - $top) * $_[0] / $ceiling };
	my @body = (text(16, 28, 'Posting a batch: time per client', 'font-size="19" font-weight="bold"'),
		text(16, 50, 'Microseconds per client, elapsed, commit included. Flat: the cost is linear. Lines: medians; marks: runs.', 'fill="#444"'));
	my @words;

	for (my $us = 0; $us <= $ceiling; $us += $tick)
	{
		push @body, line($left, $y->($us), $right, $y->($us), 'stroke="#ddd"'),
			text($left - 8, $y->($us) + 5, "$us µs", 'text-anchor="end" font-size="12"');
	}
	push @body, text($x->($_), $bottom + 20, reverse(join ',', unpack '(A3)*', reverse int($_ / 1000 + 0.5) * 1000) . '', 'text-anchor="middle" font-size="12"')
		for @sizes;
	push @body, text(($left + $right) / 2, $bottom + 42, 'clients in the run, with as many enrollments (logarithmic scale)', 'text-anchor="middle" font-size="13"');
	for my $side (sort keys %times)
	{
		my %middle = map { $_ => median(@{$times{$side}{$_}}) } @sizes;
		push @body, sprintf qq{<polyline points="%s" fill="none" stroke="%s" stroke-width="2"%s/>\n},
			join(' ', map { sprintf '%.1f,%.1f', $x->($_), $y->($middle{$_}) } @sizes),
			$side eq 'guarded' ? ('#1f4e9c', '') : ('#444', ' stroke-dasharray="6 4"');
		for my $size (@sizes) { push @body, mark($shape{$side}, $x->($size), $y->($_)) for @{$times{$side}{$size}}; }
		push @body, text($right + 4, $y->($middle{$sizes[-1]}) + ($side eq 'guarded' ? -2 : 12), $side, 'font-size="14"');
		push @words, map { sprintf '%s, %d clients: %.1f microseconds per client.', ucfirst $side, $_, $middle{$_} } @sizes;
	}
	return svg(740, $bottom + 60, 'Posting a batch: time per client', "@words", @body);
}

my @rows = merge_summary();
write_file("$folder/summary.csv", join(',', @columns) . "\n", map { my $row = $_; join(',', map { csv_field($row->{$_} // '') } @columns) . "\n" } @rows);
write_file("$folder/ratios.svg", plot_ratios(@rows));
write_file("$folder/growth.svg", plot_growth(read_csv("$folder/growth.csv"))) if -e "$folder/growth.csv";
print_table(@rows);
