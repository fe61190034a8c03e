/*
 * guard.c
 *		The trigger function that holds the service rules, for every writer and every statement.
 *
 * What a table wants judged is told by the rules (guard_rules.c); a table that has some needs triggers like these:
 *
 *	CREATE TRIGGER guard_insert AFTER INSERT ON client_service REFERENCING NEW TABLE AS new_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
 *	CREATE TRIGGER guard_update AFTER UPDATE ON client_service REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
 *	CREATE TRIGGER guard_delete AFTER DELETE ON location REFERENCING OLD TABLE AS old_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
 *	CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON enrollment
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
 *	CREATE TRIGGER "GUARD_delete" AFTER DELETE ON enrollment
 *		FOR EACH ROW EXECUTE FUNCTION clienttrack.guard();
 *
 * The last one is for tables whose foreign keys would else speak first: row triggers fire in the order of their names,
 * those of foreign keys are called RI_….
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "clienttrack.h"
#include "errors.h"
#include "guard.h"
#include "guard_facts.h"
#include "session.h"
#include "trigger_call.h"
#include "watch.h"

/* How many of the rows that break a rule DETAIL names. */
#define NAMED_ROWS 3

/* So many rows of a probe are looked at at once. */
#define GUARD_PROBE_LIMIT 32

PG_FUNCTION_INFO_V1(clienttrack_guard);

static bool refuse_warnings;
static char *workflow_run;

static const struct config_enum_entry history_options[] = {
	{"none", HISTORY_NONE, false},
	{"load", HISTORY_LOAD, false},
	{"merge", HISTORY_MERGE, false},
	{NULL, 0, false}
};

/* Defines the settings. */
void
GuardInit(void)
{
	/* For an application that asks its user to confirm warnings before anything is recorded. */
	DefineCustomBoolVariable("clienttrack.refuse_warnings",
							 "Whether a warning about services refuses the statement until it is confirmed.",
							 NULL, &refuse_warnings, false, PGC_USERSET, 0, NULL, NULL, NULL);
	/* Set by the functions that load and merge; without the owner's privileges it does nothing. */
	DefineCustomEnumVariable("clienttrack.history",
							 "Whether the owner's statements write history, which the rules about entering do not judge.",
							 NULL, &guard_history, HISTORY_NONE, history_options, PGC_USERSET, 0, NULL, NULL, NULL);
	/* Read by SQL only: an open workflow is no obstacle to its own steps. */
	DefineCustomStringVariable("clienttrack.workflow_run",
							   "The run of a workflow whose step is being completed.",
							   NULL, &workflow_run, "", PGC_USERSET, 0, NULL, NULL, NULL);
}

/* Raises unless the function was called as a trigger that it can serve. */
static void
CheckGuardCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TriggerEvent event;
	bool		fits;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger", "clienttrack.guard")));
	event = trigdata->tg_event;
	fits = TRIGGER_FIRED_BY_TRUNCATE(event) ? TRIGGER_FIRED_BEFORE(event) : TRIGGER_FIRED_AFTER(event);
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must fire AFTER, or BEFORE TRUNCATE", trigdata->tg_trigger->tgname)));
	if (TRIGGER_FIRED_FOR_ROW(event) || TRIGGER_FIRED_BY_TRUNCATE(event))
		return;
	CheckTransitionTables(trigdata);
}

/* Returns the kind of an event. */
static int
EventKind(TriggerEvent event)
{
	int			level = TRIGGER_FIRED_FOR_ROW(event) ? GUARD_ROW : 0;

	if (TRIGGER_FIRED_BY_INSERT(event))
		return GUARD_INSERT | level;
	if (TRIGGER_FIRED_BY_UPDATE(event))
		return GUARD_UPDATE | level;
	return (TRIGGER_FIRED_BY_DELETE(event) ? GUARD_DELETE : GUARD_TRUNCATE) | level;
}

/* Returns a store with one row. */
static Tuplestorestate *
StoreRow(HeapTuple row)
{
	Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);

	tuplestore_puttuple(store, row);
	return store;
}

/* Makes the rows of the statement, or of the row trigger, visible to the rules, and returns how many there are. */
static int64
RegisterTriggerRows(TriggerData *trigdata)
{
	Oid			relid = RelationGetRelid(trigdata->tg_relation);
	Tuplestorestate *new_rows = trigdata->tg_newtable;
	Tuplestorestate *old_rows = trigdata->tg_oldtable;

	if (TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))
		return 1;
	if (TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
	{
		new_rows = TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) ? NULL :
			StoreRow(TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newtuple : trigdata->tg_trigtuple);
		old_rows = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ? NULL : StoreRow(trigdata->tg_trigtuple);
	}
	if (new_rows)
		GuardRegisterRows(GUARD_NEW_ROWS, relid, new_rows);
	if (old_rows)
		GuardRegisterRows(GUARD_OLD_ROWS, relid, old_rows);
	return tuplestore_tuple_count(new_rows ? new_rows : old_rows);
}

/* The judgement of one firing of a trigger. */
typedef struct GuardJudgement
{
	TriggerData *trigdata;
	GuardEvent	event;
	int64		rows;
	StringInfoData warnings;	/* those to confirm, a line each */
} GuardJudgement;

/* Executes one part of a judgement. */
static int64
ExecutePart(GuardJudgement *judgement, int part, long limit)
{
	return GuardExecute(&judgement->event, judgement->trigdata->tg_trigger->tgoid, part, judgement->rows, limit);
}

/* Returns how many rows break a rule. */
static int64
CountViolations(GuardJudgement *judgement, int rule)
{
	bool		isnull;

	ExecutePart(judgement, GUARD_PART_COUNT(rule), 0);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Returns the words for the rows that break a rule: the first few of them, and how many more there are. */
static char *
DescribeViolations(GuardJudgement *judgement, int rule)
{
	StringInfoData words;
	int64		found = ExecutePart(judgement, GUARD_PART_VIOLATIONS(rule), NAMED_ROWS + 1);
	int			named = Min(found, NAMED_ROWS);

	initStringInfo(&words);
	for (int i = 0; i < named; i++)
		appendStringInfo(&words, "%s%s", i > 0 ? ", " : "",
						 SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2));
	if (found > named)
		appendStringInfo(&words, " and " INT64_FORMAT " more", CountViolations(judgement, rule) - named);
	return words.data;
}

/* Tells whether a warning refuses the statement: one about a bar that is entered does not, since it is about the past. */
static bool
IsToConfirm(const GuardRule *rule)
{
	return rule->elevel < ERROR && refuse_warnings && strcmp(rule->table, "bar") != 0 && strcmp(rule->table, "bar_scope") != 0;
}

/* Raises a broken rule: an error, or a warning. */
static void
ReportViolations(GuardJudgement *judgement, int number)
{
	const GuardRule *rule = GuardRuleAt(number);
	Relation	rel = judgement->trigdata->tg_relation;
	char	   *words = DescribeViolations(judgement, number);

	if (*words == '\0')
		return;
	if (IsToConfirm(rule))
	{
		appendStringInfo(&judgement->warnings, "%s%s. ", judgement->warnings.len > 0 ? "\n" : "", rule->message);
		appendStringInfo(&judgement->warnings, rule->detail, words);
		return;
	}
	ereport(rule->elevel,
			(errcode(rule->sqlstate),
			 errmsg("%s", rule->message),
			 (rule->events & GUARD_OTHERS) && !SessionSeesAll(RelationGetRelid(rel)) ? 0 : errdetail_internal(rule->detail, words),
			 rule->hint ? errhint("%s", rule->hint) : 0,
			 err_generic_string(PG_DIAG_SCHEMA_NAME, SPI_getnspname(rel)),
			 err_generic_string(PG_DIAG_TABLE_NAME, RelationGetRelationName(rel)),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, rule->name)));
}

/* Takes the locks that come before any look. */
static void
LockFirst(GuardJudgement *judgement)
{
	for (int i = 0; i < GuardRuleCount(); i++)
		if (GuardRuleAt(i)->violations == NULL && GuardRuleWakes(GuardRuleAt(i), &judgement->event))
			ExecutePart(judgement, GUARD_PART_LOCK(i), 0);
}

/* Looks at one rule, after its lock is held. What went away since the probe is not reported. */
static void
JudgeRule(GuardJudgement *judgement, int number)
{
	if (GuardRuleAt(number)->lock)
		ExecutePart(judgement, GUARD_PART_LOCK(number), 0);
	ReportViolations(judgement, number);
}

/*
 * Looks once at all rules that the event wakes, and then at those that are broken or want a look of their own. Returns
 * which rules about facts were looked at, a bit for each.
 */
static uint64
JudgeByProbe(GuardJudgement *judgement, int part)
{
	uint64		looks = 0;
	int64		found;

	do
	{
		SPITupleTable *table;
		bool	   *seen = palloc0(sizeof(bool) * GuardRuleCount());

		found = ExecutePart(judgement, part, GUARD_PROBE_LIMIT);
		table = SPI_tuptable;
		for (int64 i = 0; i < found; i++)
		{
			bool		isnull;
			int			number = DatumGetInt32(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull));

			if (seen[number])
				continue;
			seen[number] = true;
			if (GuardRuleAt(number)->about_facts)
				looks |= UINT64CONST(1) << number;
			JudgeRule(judgement, number);
		}
	} while (found == GUARD_PROBE_LIMIT);	/* what broke the first rule went away meanwhile: others were cut off */
	return looks;
}

/* Judges the rows; those of a small insertion whose facts passed before without these. */
static void
JudgeRows(GuardJudgement *judgement)
{
	Relation	rel = judgement->trigdata->tg_relation;
	uint64		since = WatchGeneration();
	uint64		looks;
	FactKey		fact;
	bool		one_fact = judgement->event.event == GUARD_INSERT && judgement->rows <= KEPT_PLAN_ROWS &&
		strcmp(judgement->event.concept, "client_service") == 0 &&
		OneFact(rel, judgement->trigdata->tg_newtable, &fact);

	if (one_fact && KnownFact(&fact, &looks))
	{
		JudgeByProbe(judgement, GUARD_PART_PROBE_ROWS);
		for (int number = 0; looks >> number != 0; number++)
			if (looks >> number & 1)
				JudgeRule(judgement, number);
		return;
	}
	LockFirst(judgement);
	looks = JudgeByProbe(judgement, GUARD_PART_PROBE);
	if (one_fact)
		RememberFact(&fact, looks, since);
}

/* Refuses what was warned of, where the session wants to confirm it first. */
static void
RefuseWarnings(const GuardJudgement *judgement)
{
	if (judgement->warnings.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_CT_WARNINGS),
				 errmsg("there are warnings to confirm"),
				 errdetail_internal("%s", judgement->warnings.data),
				 errhint("Look at them, and call again with confirm_warnings => true to record it nevertheless."),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "warnings_to_confirm")));
}

/* Trigger function: holds the rules of the table for the rows of the statement. */
Datum
clienttrack_guard(PG_FUNCTION_ARGS)
{
	GuardJudgement judgement;

	CheckGuardCall(fcinfo);
	judgement.trigdata = (TriggerData *) fcinfo->context;
	judgement.event.relid = RelationGetRelid(judgement.trigdata->tg_relation);
	judgement.event.concept = TableConcept(judgement.trigdata->tg_relation);
	judgement.event.event = EventKind(judgement.trigdata->tg_event);
	judgement.event.candidates = false;
	judgement.event.with_warnings = false;
	judgement.event.stored = false;
	judgement.event.excused = GuardExcused(judgement.event.relid);
	judgement.event.siblings = NULL;
	if (!GuardEventHasRules(&judgement.event))
		return PointerGetDatum(NULL);

	SPI_connect();
	judgement.rows = RegisterTriggerRows(judgement.trigdata);
	if (judgement.rows > 0)
	{
		GuardSurrounding surrounding = GuardEnter(judgement.event.relid);

		initStringInfo(&judgement.warnings);
		JudgeRows(&judgement);
		RefuseWarnings(&judgement);
		GuardLeave(surrounding);
	}
	SPI_finish();
	return PointerGetDatum(NULL);
}
