/*
 * expand_libical.c
 *		Expands recurrences with libical, to compare it with src/recurrence.c: see test/t/recurrence.pl.
 *
 * Speaks the protocol of expand.c, without days that are added or taken away. libical 3.0.16 crashes on some rules and never
 * returns from others: each rule has a process of its own, which may compute for so many SECONDS. Instead of days a line may
 * then say "crash" and the number of the signal.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS		2
#define MAX_FIELDS	5

/* Reads a day written as 2026-12-31. */
static struct icaltimetype
ReadDay(const char *text)
{
	struct icaltimetype day = icaltime_null_time();

	day.is_date = 1;
	sscanf(text, "%d-%d-%d", &day.year, &day.month, &day.day);
	return day;
}

/* Writes the days of a rule in a window. */
static void
Expand(char **fields)
{
	struct icalrecurrencetype rule = icalrecurrencetype_from_string(fields[0]);
	struct icaltimetype first = ReadDay(fields[2]);
	struct icaltimetype last = ReadDay(fields[3]);
	long		limit = *fields[4] ? atol(fields[4]) : 1000000;
	long		days = 0;
	icalrecur_iterator *it = rule.freq == ICAL_NO_RECURRENCE ? NULL : icalrecur_iterator_new(rule, ReadDay(fields[1]));
	struct icaltimetype day;

	if (it == NULL)
	{
		printf("error\n");
		return;
	}
	while (days < limit && !icaltime_is_null_time(day = icalrecur_iterator_next(it)))
	{
		if (icaltime_compare_date_only(day, last) > 0)
			break;
		if (icaltime_compare_date_only(day, first) >= 0)
			printf("%s%04d-%02d-%02d", days++ > 0 ? "," : "", day.year, day.month, day.day);
	}
	putchar('\n');
	icalrecur_iterator_free(it);
}

/* Lets a process of its own write the days, which writes all or nothing. */
static void
ExpandApart(char **fields)
{
	static char buffer[1 << 20];
	int			status;
	pid_t		child;
	struct rlimit limit = {SECONDS, SECONDS};

	fflush(stdout);
	child = fork();
	if (child < 0)
	{
		perror("fork");
		exit(2);
	}
	if (child == 0)
	{
		setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
		setrlimit(RLIMIT_CPU, &limit);
		Expand(fields);
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("crash %d\n", WTERMSIG(status));
}

/* Expands the recurrences of the standard input. */
int
main(void)
{
	static char line[1 << 20];

	icalerror_set_errors_are_fatal(0);
	while (fgets(line, sizeof(line), stdin))
	{
		char		none[] = "";
		char	   *fields[MAX_FIELDS] = {none, none, none, none, none};
		char	   *at = line;

		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < MAX_FIELDS && at != NULL; i++)
			fields[i] = strsep(&at, "\t");
		ExpandApart(fields);
	}
	return 0;
}
