/*
 * hud_values.c
 *		Reading the values of HUD files without ever raising an error.
 *
 * Dates. The format wants 2024-03-05, and 2024-03-05 14:30:00 for a point in time. Spreadsheets leave others behind:
 *
 *	2024/3/5		year first							as it stands
 *	3/5/2024 2:30 PM, 3/5/24, 03-05-2024				month, day, year; day first where the first number is above 12
 *	5-MAR-24, 5-Mar-2024								day, month, year
 *	22-03-24		two-digit year behind dashes		day first where the first number is above 12, month first where
 *														the second is; otherwise ambiguous
 *
 * A two-digit year is never later than the next year.
 */
#include "postgres.h"

#include <ctype.h>
#include <time.h>

#include "hud_values.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* Dates outside these years are mistakes. */
#define HUD_FIRST_YEAR 1850
#define HUD_LAST_YEAR 2200

/* Amounts fit numeric(12,2). */
#define HUD_MAX_CENTS INT64CONST(999999999999)

/* Three numbers of a date, as written, and how. */
typedef struct DateParts
{
	int			number[3];
	int			digits[3];
	char		separator;
	bool		month_by_name;	/* number[1] was one */
} DateParts;

/* Reads up to max_digits digits. Returns how many there were. */
static int
TakeDigits(const char **p, const char *end, int max_digits, int *number)
{
	int			digits = 0;

	*number = 0;
	while (*p < end && digits < max_digits && isdigit((unsigned char) **p))
	{
		*number = *number * 10 + (**p - '0');
		(*p)++;
		digits++;
	}
	return digits;
}

/* Reads the name of a month, three letters. */
static bool
TakeMonthName(const char **p, const char *end, int *month)
{
	if (end - *p < 3)
		return false;
	for (int i = 0; i < 12; i++)
	{
		if (pg_strncasecmp(*p, months[i], 3) == 0)
		{
			*month = i + 1;
			*p += 3;
			return true;
		}
	}
	return false;
}

/* Reads the three parts of a date. */
static bool
TakeDateParts(const char **p, const char *end, DateParts *parts)
{
	parts->separator = '\0';
	parts->month_by_name = false;
	for (int i = 0; i < 3; i++)
	{
		parts->digits[i] = TakeDigits(p, end, 4, &parts->number[i]);
		if (parts->digits[i] == 0)
		{
			if (i != 1 || !TakeMonthName(p, end, &parts->number[i]))
				return false;
			parts->month_by_name = true;
		}
		if (i == 0 && *p < end)
			parts->separator = **p;
		if (i < 2 && (*p >= end || **p != parts->separator))
			return false;
		if (i < 2)
			(*p)++;
	}
	return parts->separator == '-' || parts->separator == '/';
}

/* Returns the year that two digits mean: the last one that is not after next year. */
static int
ExpandYear(int year)
{
	time_t		now = time(NULL);
	int			next_year = gmtime(&now)->tm_year + 1900 + 1;
	int			expanded = next_year - next_year % 100 + year;

	return expanded > next_year ? expanded - 100 : expanded;
}

/* Decides which part is the year, the month and the day. */
static HudReading
OrderDateParts(const DateParts *parts, int *year, int *month, int *day)
{
	bool		day_first;

	if (parts->digits[0] == 4)
	{
		*year = parts->number[0];
		*month = parts->number[1];
		*day = parts->number[2];
		return parts->separator == '-' && parts->digits[1] == 2 && parts->digits[2] == 2 ? HUD_GOOD : HUD_ODD;
	}
	if (parts->digits[2] != 2 && parts->digits[2] != 4)
		return HUD_UNREADABLE;
	*year = parts->digits[2] == 2 ? ExpandYear(parts->number[2]) : parts->number[2];
	day_first = parts->month_by_name || parts->number[0] > 12;
	if (!day_first && parts->separator == '-' && parts->digits[2] == 2 && parts->number[1] <= 12 &&
		parts->number[0] != parts->number[1])
		return HUD_AMBIGUOUS;
	*day = parts->number[day_first ? 0 : 1];
	*month = parts->number[day_first ? 1 : 0];
	return HUD_ODD;
}

/* Reads AM or PM behind a time of day. */
static bool
TakeHalfDay(const char **p, const char *end, int *hour)
{
	if (*p < end && **p == ' ')
		(*p)++;
	if (end - *p != 2 || *hour < 1 || *hour > 12 || (pg_strncasecmp(*p, "am", 2) != 0 && pg_strncasecmp(*p, "pm", 2) != 0))
		return false;
	*hour = *hour % 12 + (pg_tolower((unsigned char) **p) == 'p' ? 12 : 0);
	*p = end;
	return true;
}

/* Reads a time of day, which begins at the blank or T before it. */
static HudReading
TakeTime(const char *p, const char *end, int64 *time)
{
	HudReading	reading = *p == ' ' ? HUD_GOOD : HUD_ODD;
	int			hour,
				minute,
				second = 0,
				fraction;

	if (*p != ' ' && *p != 'T')
		return HUD_UNREADABLE;
	p++;
	if (TakeDigits(&p, end, 2, &hour) != 2)
		reading = HUD_ODD;
	if (p >= end || *p++ != ':' || TakeDigits(&p, end, 2, &minute) != 2)
		return HUD_UNREADABLE;
	if (p < end && *p == ':')
	{
		p++;
		if (TakeDigits(&p, end, 2, &second) != 2)
			return HUD_UNREADABLE;
	}
	else
		reading = HUD_ODD;
	if (p < end && *p == '.')
	{
		p++;
		TakeDigits(&p, end, 9, &fraction);
		reading = HUD_ODD;
	}
	if (p < end)
	{
		reading = HUD_ODD;
		if (!TakeHalfDay(&p, end, &hour))
			return HUD_UNREADABLE;
	}
	if (hour > 23 || minute > 59 || second > 59)
		return HUD_UNREADABLE;
	*time = ((hour * INT64CONST(60) + minute) * 60 + second) * USECS_PER_SEC;
	return reading;
}

/* Reads a date, or a date with a time of day. */
HudReading
HudReadMoment(const char *text, int length, bool with_time, Timestamp *moment)
{
	const char *p = text;
	const char *end = text + length;
	DateParts	parts;
	HudReading	reading,
				time_reading = HUD_GOOD;
	int			year,
				month,
				day;
	int64		time = 0;

	if (!TakeDateParts(&p, end, &parts))
		return HUD_UNREADABLE;
	if (p < end)
		time_reading = TakeTime(p, end, &time);
	if ((p < end) != with_time)
		time_reading = Max(time_reading, HUD_ODD);
	reading = OrderDateParts(&parts, &year, &month, &day);
	reading = Max(reading, time_reading);
	if (reading > HUD_ODD)
		return reading;
	if (month < 1 || month > 12 || day < 1 || day > day_tab[isleap(year)][month - 1])
		return HUD_UNREADABLE;
	if (year < HUD_FIRST_YEAR || year > HUD_LAST_YEAR)
		return HUD_OUT_OF_RANGE;
	*moment = (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY + (with_time ? time : 0);
	return reading;
}

/* Reads a number that is not negative. A spreadsheet's 5.0 is odd, but a 5. */
HudReading
HudReadInteger(const char *text, int length, int32 *number)
{
	const char *p = text;
	const char *end = text + length;
	int64		value = 0;

	for (; p < end && isdigit((unsigned char) *p); p++)
	{
		value = value * 10 + (*p - '0');
		if (value > PG_INT32_MAX)
			return HUD_OUT_OF_RANGE;
	}
	*number = (int32) value;
	if (p == text)
		return HUD_UNREADABLE;
	if (p == end)
		return HUD_GOOD;
	if (*p++ != '.')
		return HUD_UNREADABLE;
	while (p < end && *p == '0')
		p++;
	return p == end ? HUD_ODD : HUD_UNREADABLE;
}

/* Reads digits and the commas between them, as long as the amount fits. */
static bool
TakeDollars(const char **p, const char *end, int64 *dollars, bool *commas)
{
	bool		found = false;

	*dollars = 0;
	for (; *p < end && (isdigit((unsigned char) **p) || (found && **p == ',')); (*p)++)
	{
		found = true;
		if (**p == ',')
			*commas = true;
		else if (*dollars <= HUD_MAX_CENTS)
			*dollars = *dollars * 10 + (**p - '0');
	}
	return found;
}

/*
 * Reads an amount of money, with two decimals. Fewer, a dollar sign or commas between thousands are odd. More than two
 * decimals are unreadable unless they are zeros.
 */
HudReading
HudReadMoney(const char *text, int length, int64 *cents)
{
	const char *p = text;
	const char *end = text + length;
	HudReading	reading = HUD_GOOD;
	bool		negative = false,
				odd = false;
	int			fraction = 0,
				digits = 0;
	int64		dollars;

	for (; p < end && (*p == '-' || *p == '$'); p++)
	{
		negative |= *p == '-';
		odd |= *p == '$';
	}
	if (!TakeDollars(&p, end, &dollars, &odd))
		return HUD_UNREADABLE;
	if (p < end && *p == '.')
	{
		p++;
		digits = TakeDigits(&p, end, 2, &fraction);
		for (; digits == 2 && p < end && *p == '0'; p++)
			odd = true;
	}
	if (p < end)
		return HUD_UNREADABLE;
	if (dollars * 100 > HUD_MAX_CENTS)
		return HUD_OUT_OF_RANGE;
	if (odd || digits != 2)
		reading = HUD_ODD;
	*cents = dollars * 100 + (digits == 1 ? fraction * 10 : fraction);
	if (negative)
		*cents = -*cents;
	return reading;
}
