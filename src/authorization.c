/*
 * authorization.c
 *		The instances of service authorizations, and how much of each was given.
 *
 * Instances are computed and never stored: the days of the recurrence, without those that exceptions skip or move, with those
 * that they add. What was given counts for the instance that was due last on the day, or the first where none was; what exceeds an
 * instance's units was given ahead, and counts for the next. So a service that comes a day late or early is not missed.
 *
 * All authorizations are walked through in the order of their ids, with three cursors: the authorizations, their exceptions and
 * what was given. The caller's row security applies to the authorizations; of one in sight all that was given counts, by day, or
 * what another organization gave would be given again.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/numeric.h"

#include "compat.h"
#include "guard.h"
#include "rrule.h"
#include "siblings.h"

PG_FUNCTION_INFO_V1(clienttrack_authorization_instances);

/* Rows of a cursor that are fetched at a time. */
#define FETCHED_ROWS 1000

/* Units are counted in ten thousandths, as they are stored. */
#define UNIT_PARTS 10000

/* An authorization without recurrence is given as needed: it has one instance, due by its last day. */
static const char once[] = "FREQ=DAILY;COUNT=1";

/* A query under way, ordered by authorization. */
typedef struct Stream
{
	Portal		portal;
	SPITupleTable *table;
	uint64		row;
	uint64		rows;
} Stream;

/* An instance. */
typedef struct Instance
{
	DateADT		due_date;
	bool		skipped;
	int64		units_delivered;
} Instance;

/* What was given on a day. */
typedef struct Delivery
{
	DateADT		day;
	int64		units;
} Delivery;

/* Lists that grow, and are used for one authorization after the other. */
typedef struct Lists
{
	Instance   *instances;
	int			instance_count;
	int			instance_room;
	Delivery   *deliveries;
	int			delivery_count;
	int			delivery_room;
	DateADT    *excepted;		/* days of the recurrence that are skipped or moved */
	bool	   *moved;			/* for each */
	int			excepted_count;
	DateADT    *added;
	int			added_count;
	int			exception_room;
} Lists;

/* The whole of a call. */
typedef struct Expansion
{
	DateADT		first;			/* the window */
	DateADT		last;
	DateADT		today;
	Stream		authorizations;
	Stream		exceptions;
	Stream		deliveries;
	Lists		lists;
	ReturnSetInfo *rsinfo;
} Expansion;

/* Columns of the query for authorizations. */
enum
{
	COLUMN_ID = 1, COLUMN_CLIENT, COLUMN_SERVICE, COLUMN_BEGIN, COLUMN_END, COLUMN_UNITS, COLUMN_UNIT_VALUE, COLUMN_RECURRENCE,
	COLUMN_START, COLUMN_UNIT_PARTS
};

/* The authorizations a that have a part in the window $1 to $2; named ones ($3) may be pending. */
#define IN_WINDOW "a.date_deleted IS NULL AND a.begin_date <= $2 AND a.end_date >= $1 AND "
static const char all_approved[] = IN_WINDOW "a.authorization_status = 'approved'";
static const char named[] = IN_WINDOW "a.service_authorization_id = ANY ($3) AND a.authorization_status <> 'denied'";

/* Opens a query. The formats have the names of tables, and then the condition for authorizations. */
static void
OpenStream(Stream *stream, const char *query, Datum *args, const char *nulls)
{
	Oid			argtypes[3] = {DATEOID, DATEOID, INT8ARRAYOID};

	stream->portal = SPI_cursor_open_with_args(NULL, query, 3, argtypes, args, nulls, true, CURSOR_OPT_NO_SCROLL);
	stream->table = NULL;
	stream->row = stream->rows = 0;
}

/* Opens the three queries. */
static void
OpenStreams(Expansion *expansion, Oid schema, Datum *args, const char *nulls)
{
	const char *condition = nulls[2] == 'n' ? all_approved : named;
	Oid			services = SchemaTableOfConcept(schema, "client_service");
	GuardSurrounding surrounding;
	const char *authorizations = QualifiedTableName(SchemaTableOfConcept(schema, "service_authorization"));

	OpenStream(&expansion->authorizations,
			   psprintf("SELECT a.service_authorization_id, a.client_id, a.service_id, a.begin_date, a.end_date, trim_scale(a.units), "
						"trim_scale(a.unit_value), a.recurrence, CASE WHEN a.recurrence IS NULL THEN a.end_date ELSE a.recurrence_start END, "
						"(a.units * %d)::int8 FROM %s a WHERE %s ORDER BY a.service_authorization_id",
						UNIT_PARTS, authorizations, condition), args, nulls);
	OpenStream(&expansion->exceptions,
			   psprintf("SELECT x.service_authorization_id, x.due_date, x.new_date FROM %s x "
						"WHERE x.date_deleted IS NULL AND x.service_authorization_id IN (SELECT a.service_authorization_id FROM %s a WHERE %s) "
						"ORDER BY x.service_authorization_id, x.due_date",
						QualifiedTableName(SchemaTableOfConcept(schema, "authorization_exception")), authorizations, condition), args, nulls);
	surrounding = GuardEnter(services);
	OpenStream(&expansion->deliveries,
			   psprintf("SELECT s.service_authorization_id, s.date_provided, (sum(s.units) * %d)::int8 FROM %s s "
						"WHERE s.service_authorization_id IS NOT NULL AND s.date_deleted IS NULL "
						"AND s.service_authorization_id IN (SELECT a.service_authorization_id FROM %s a WHERE %s) "
						"GROUP BY s.service_authorization_id, s.date_provided ORDER BY s.service_authorization_id, s.date_provided",
						UNIT_PARTS, QualifiedTableName(services), authorizations, condition), args, nulls);
	GuardLeave(surrounding);
}

/* Returns the current row of a query, fetching more when needed; NULL at the end. */
static HeapTuple
CurrentRow(Stream *stream)
{
	if (stream->row < stream->rows)
		return stream->table->vals[stream->row];
	if (stream->table != NULL)
		SPI_freetuptable(stream->table);
	SPI_cursor_fetch(stream->portal, true, FETCHED_ROWS);
	stream->table = SPI_tuptable;
	stream->rows = SPI_processed;
	stream->row = 0;
	return stream->rows > 0 ? stream->table->vals[0] : NULL;
}

/* Returns a column of the current row. */
static Datum
Column(Stream *stream, int column, bool *isnull)
{
	return SPI_getbinval(stream->table->vals[stream->row], stream->table->tupdesc, column, isnull);
}

/*
 * Goes to the rows of an authorization in a query that belongs to authorizations; false where there is none (any more). Rows of others
 * that are passed over are of authorizations that the caller does not see.
 */
static bool
RowOf(Stream *stream, int64 authorization_id)
{
	while (CurrentRow(stream) != NULL)
	{
		bool		isnull;
		int64		of = DatumGetInt64(Column(stream, 1, &isnull));

		if (of >= authorization_id)
			return of == authorization_id;
		stream->row++;
	}
	return false;
}

/* Makes the lists, in the current memory context. */
static void
StartLists(Lists *lists)
{
	lists->instance_room = lists->delivery_room = 64;
	lists->exception_room = 16;
	lists->instances = palloc(lists->instance_room * sizeof(Instance));
	lists->deliveries = palloc(lists->delivery_room * sizeof(Delivery));
	lists->excepted = palloc(lists->exception_room * sizeof(DateADT));
	lists->moved = palloc(lists->exception_room * sizeof(bool));
	lists->added = palloc(lists->exception_room * sizeof(DateADT));
}

/* Returns a list with room for one more element, where it was before or elsewhere. */
static void *
MakeRoom(void *list, int count, int *room, size_t size)
{
	if (count < *room)
		return list;
	*room *= 2;
	return repalloc_huge(list, *room * size);
}

/* Adds an instance. */
static void
AddInstance(Lists *lists, DateADT due_date, bool skipped)
{
	lists->instances = MakeRoom(lists->instances, lists->instance_count, &lists->instance_room, sizeof(Instance));
	lists->instances[lists->instance_count++] = (Instance) {.due_date = due_date, .skipped = skipped};
}

/* Reads what was given of an authorization. */
static void
ReadDeliveries(Expansion *expansion, int64 authorization_id)
{
	Lists	   *lists = &expansion->lists;
	Stream	   *stream = &expansion->deliveries;
	bool		isnull;

	for (lists->delivery_count = 0; RowOf(stream, authorization_id); stream->row++)
	{
		lists->deliveries = MakeRoom(lists->deliveries, lists->delivery_count, &lists->delivery_room, sizeof(Delivery));
		lists->deliveries[lists->delivery_count].day = DatumGetDateADT(Column(stream, 2, &isnull));
		lists->deliveries[lists->delivery_count++].units = DatumGetInt64(Column(stream, 3, &isnull));
	}
}

/* Makes room for one more exception. */
static void
MakeExceptionRoom(Lists *lists)
{
	int			room = lists->exception_room * 2;

	if (Max(lists->excepted_count, lists->added_count) < lists->exception_room)
		return;
	lists->excepted = repalloc_huge(lists->excepted, room * sizeof(DateADT));
	lists->moved = repalloc_huge(lists->moved, room * sizeof(bool));
	lists->added = repalloc_huge(lists->added, room * sizeof(DateADT));
	lists->exception_room = room;
}

/* Reads the exceptions of an authorization: the days left out, ascending, and those that come in their place or besides. */
static void
ReadExceptions(Expansion *expansion, int64 authorization_id)
{
	Lists	   *lists = &expansion->lists;
	Stream	   *stream = &expansion->exceptions;

	lists->excepted_count = lists->added_count = 0;
	for (; RowOf(stream, authorization_id); stream->row++)
	{
		bool		is_added;
		bool		is_skipped;
		DateADT		due_date = DatumGetDateADT(Column(stream, 2, &is_added));
		DateADT		new_date = DatumGetDateADT(Column(stream, 3, &is_skipped));

		MakeExceptionRoom(lists);
		if (!is_added)
		{
			lists->excepted[lists->excepted_count] = due_date;
			lists->moved[lists->excepted_count++] = !is_skipped;
		}
		if (!is_skipped)
			lists->added[lists->added_count++] = new_date;
	}
}

/* Orders instances by day; one that is skipped comes before one that was moved to its day. */
static int
CompareInstances(const void *a, const void *b)
{
	const Instance *left = a;
	const Instance *right = b;

	if (left->due_date != right->due_date)
		return left->due_date < right->due_date ? -1 : 1;
	return (int) right->skipped - (int) left->skipped;
}

/* Adds the instances that exceptions add between two days, and puts all in order. Two that are due on one day are one. */
static void
AddInstances(Lists *lists, DateADT first, DateADT last)
{
	int			kept = 0;

	for (int i = 0; i < lists->added_count; i++)
		if (lists->added[i] >= first && lists->added[i] <= last)
			AddInstance(lists, lists->added[i], false);
	qsort(lists->instances, lists->instance_count, sizeof(Instance), CompareInstances);
	for (int i = 0; i < lists->instance_count; i++)
		if (kept == 0 || CompareInstances(&lists->instances[kept - 1], &lists->instances[i]) != 0)
			lists->instances[kept++] = lists->instances[i];
	lists->instance_count = kept;
}

/*
 * Lists the instances of a recurrence up to one after the window, skipped ones as such; those that are moved are left out.
 * Days come in order, as the excepted ones do.
 */
static void
ListRuleInstances(Expansion *expansion, RecurrenceIterator *it)
{
	Lists	   *lists = &expansion->lists;
	int			next = 0;
	int32		day;

	lists->instance_count = 0;
	while (RecurrenceNext(it, &day))
	{
		bool		excepted;

		while (next < lists->excepted_count && lists->excepted[next] < day)
			next++;
		excepted = next < lists->excepted_count && lists->excepted[next] == day;
		if (!excepted || !lists->moved[next])
			AddInstance(lists, day, excepted);
		if (day > expansion->last && !excepted && lists->added_count == 0)
			break;
	}
}

/*
 * Lists the instances of the current authorization. Where nothing was given those of the window are enough; else all from the first to
 * one after the window, since what was given ahead counts for later ones.
 */
static void
ListInstances(Expansion *expansion)
{
	Stream	   *stream = &expansion->authorizations;
	bool		isnull;
	bool		none;
	DateADT		first = DatumGetDateADT(Column(stream, COLUMN_BEGIN, &isnull));
	DateADT		last = DatumGetDateADT(Column(stream, COLUMN_END, &isnull));
	DateADT		start = DatumGetDateADT(Column(stream, COLUMN_START, &isnull));
	Datum		recurrence = Column(stream, COLUMN_RECURRENCE, &none);
	Recurrence	rule;
	RecurrenceIterator it;

	if (expansion->lists.delivery_count == 0)
	{
		first = Max(first, expansion->first);
		last = Min(last, expansion->last);
	}
	ParseRecurrence(none ? cstring_to_text(once) : DatumGetTextPP(recurrence), &rule);
	StartRecurrence(&it, &rule, start, first, last);
	ListRuleInstances(expansion, &it);
	if (expansion->lists.added_count > 0)
		AddInstances(&expansion->lists, first, last);
}

/* Counts what was given for the instances: for the one due last on the day; what is too much for it for the next. */
static void
AllotDeliveries(Lists *lists, int64 units)
{
	Instance   *due = NULL;		/* the one before the next that is not skipped */
	int64		ahead = 0;
	int			d = 0;

	for (int i = 0; i <= lists->instance_count; i++)
	{
		Instance   *next = i < lists->instance_count ? &lists->instances[i] : NULL;

		if (next != NULL && next->skipped)
			continue;
		if (due != NULL)
		{
			for (due->units_delivered = ahead; d < lists->delivery_count && (next == NULL || lists->deliveries[d].day < next->due_date); d++)
				due->units_delivered += lists->deliveries[d].units;
			ahead = next == NULL ? 0 : Max(due->units_delivered - units, 0);
			due->units_delivered -= ahead;
		}
		due = next;
	}
}

/* Returns units as a number without needless zeros. */
static Datum
UnitsDatum(int64 parts)
{
	if (parts % UNIT_PARTS == 0)
		return NumericGetDatum(int64_to_numeric(parts / UNIT_PARTS));
	return DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(int64_div_fast_to_numeric(parts, 4)));
}

/* Returns where an instance stands. */
static const char *
InstanceStatus(const Instance *instance, int64 units, DateADT today)
{
	if (instance->skipped)
		return "skipped";
	if (instance->units_delivered >= units)
		return "delivered";
	if (instance->units_delivered > 0)
		return "partly";
	return instance->due_date < today ? "missed" : "planned";
}

/* Adds the instances of the current authorization that are in the window to the result. */
static void
PutInstances(Expansion *expansion, int64 units)
{
	Stream	   *stream = &expansion->authorizations;
	Lists	   *lists = &expansion->lists;
	Datum		values[8];
	bool		nulls[8] = {false};
	Datum		zero = UnitsDatum(0);
	Datum		instance_units = Column(stream, COLUMN_UNITS, &nulls[4]);

	values[0] = Column(stream, COLUMN_ID, &nulls[0]);
	values[1] = Column(stream, COLUMN_CLIENT, &nulls[1]);
	values[2] = Column(stream, COLUMN_SERVICE, &nulls[2]);
	values[5] = Column(stream, COLUMN_UNIT_VALUE, &nulls[5]);
	for (int i = 0; i < lists->instance_count; i++)
	{
		Instance   *instance = &lists->instances[i];

		if (instance->due_date < expansion->first || instance->due_date > expansion->last)
			continue;
		values[3] = DateADTGetDatum(instance->due_date);
		values[4] = instance->skipped ? zero : instance_units;
		values[6] = instance->units_delivered == 0 ? zero : UnitsDatum(instance->units_delivered);
		values[7] = CStringGetTextDatum(InstanceStatus(instance, units, expansion->today));
		tuplestore_putvalues(expansion->rsinfo->setResult, expansion->rsinfo->setDesc, values, nulls);
	}
}

/* Expands all authorizations into the result. */
static void
ExpandAuthorizations(Expansion *expansion)
{
	Stream	   *stream = &expansion->authorizations;
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "clienttrack authorization", ALLOCSET_DEFAULT_SIZES);

	StartLists(&expansion->lists);
	for (; CurrentRow(stream) != NULL; stream->row++)
	{
		MemoryContext caller = MemoryContextSwitchTo(row_context);
		bool		isnull;
		int64		id = DatumGetInt64(Column(stream, COLUMN_ID, &isnull));
		int64		units = DatumGetInt64(Column(stream, COLUMN_UNIT_PARTS, &isnull));

		CHECK_FOR_INTERRUPTS();
		ReadDeliveries(expansion, id);
		ReadExceptions(expansion, id);
		ListInstances(expansion);
		AllotDeliveries(&expansion->lists, units);
		PutInstances(expansion, units);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row_context);
	}
}

/* authorization_instances(schema regnamespace, from_date date, to_date date, authorization_ids bigint[]) */
Datum
clienttrack_authorization_instances(PG_FUNCTION_ARGS)
{
	Datum		args[3] = {PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), PG_GETARG_DATUM(3)};
	char		nulls[3] = {' ', ' ', PG_ARGISNULL(3) ? 'n' : ' '};
	Expansion	expansion = {.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo, .today = GetSQLCurrentDate()};
	int			level;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("from_date and to_date must not be null")));
	expansion.first = PG_GETARG_DATEADT(1);
	expansion.last = PG_GETARG_DATEADT(2);
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	level = NewGUCNestLevel();
	GuardUseSafeNames();
	SetLocally("jit", "off");
	OpenStreams(&expansion, PG_GETARG_OID(0), args, nulls);
	ExpandAuthorizations(&expansion);
	AtEOXact_GUC(true, level);
	SPI_finish();
	return (Datum) 0;
}
