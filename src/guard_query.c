/*
 * guard_query.c
 *		From rules to the SQL that looks for rows that break them.
 *
 * For the insertion of services the probe is
 *
 *		WITH clienttrack_facts AS MATERIALIZED (SELECT DISTINCT … FROM clienttrack_new r)
 *		SELECT 0 AS rule, NULL, NULL FROM (<is rule 0 worth a look>) v HAVING count(*) > 0
 *		UNION ALL SELECT 1, v.row_id, v.item FROM (<what breaks rule 1>) v
 *		...
 *
 * It is executed part by part, so that what comes out first is about the first rule that may be broken. HAVING and not
 * EXISTS, since the answer is nearly always no, and EXISTS makes the planner hope for an early yes.
 */
#include "postgres.h"

#include "guard_query.h"

#define EVENT_KINDS (GUARD_INSERT | GUARD_UPDATE | GUARD_DELETE | GUARD_TRUNCATE)

/* The name under which the parts of a query see the facts that they share. */
#define SHARED_FACTS "clienttrack_facts"

/* Returns how many rules there are. */
int
GuardRuleCount(void)
{
	return guard_service_rule_count + guard_case_rule_count;
}

/* Returns a rule by its number: those of services come first. */
const GuardRule *
GuardRuleAt(int number)
{
	return number < guard_service_rule_count ?
		&guard_service_rules[number] : &guard_case_rules[number - guard_service_rule_count];
}

/* Tells whether an event wakes a rule. */
bool
GuardRuleWakes(const GuardRule *rule, const GuardEvent *event)
{
	return (rule->events & event->event & EVENT_KINDS) != 0 && (rule->events & event->excused) == 0 &&
		(rule->events & GUARD_ROW) == (event->event & GUARD_ROW) &&
		(event->candidates || (rule->events & GUARD_PLANNED) == 0) &&
		strcmp(rule->table, event->concept) == 0;
}

/* Tells whether a rule is looked at after the probe: because of its lock, or because it does not stop the statement. */
static bool
GuardRuleNeedsOwnLook(const GuardRule *rule)
{
	return rule->applies != NULL || rule->lock != NULL || rule->elevel < ERROR;
}

/* Tells whether an event wakes any rule. */
bool
GuardEventHasRules(const GuardEvent *event)
{
	for (int i = 0; i < GuardRuleCount(); i++)
		if (GuardRuleWakes(GuardRuleAt(i), event))
			return true;
	return false;
}

/*
 * Appends "o.a, o.b" or "n.a, n.b" for the columns "a, b".
 */
static void
AppendPrefixed(StringInfo buf, const char *alias, const char *columns)
{
	appendStringInfo(buf, "%s.", alias);
	for (const char *c = columns; *c != '\0'; c++)
	{
		appendStringInfoChar(buf, *c);
		if (*c == ' ')
			appendStringInfo(buf, "%s.", alias);
	}
}

/*
 * Returns the FROM item for the rows of an update whose key is gone:
 *
 *		(SELECT o.* FROM old o LEFT JOIN new n ON n.key = o.key WHERE n.key IS NULL)
 */
static char *
RowsGone(const char *key)
{
	return psprintf("(SELECT o.* FROM " GUARD_OLD_ROWS " o LEFT JOIN " GUARD_NEW_ROWS " n ON n.%s = o.%s "
					"WHERE n.%s IS NULL)", key, key, key);
}

/*
 * Returns the query for the rows on one side of an update whose columns that wake a rule changed; n is that side, o the
 * other:
 *
 *		SELECT n.* FROM new n LEFT JOIN old o ON o.key = n.key WHERE o.key IS NULL OR (n.a, n.b) IS DISTINCT FROM (o.a, o.b)
 */
static char *
RowsChanged(const char *key, const char *wakes, const char *side, const char *other)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "SELECT n.* FROM %s n LEFT JOIN %s o ON o.%s = n.%s WHERE o.%s IS NULL OR (",
					 side, other, key, key, key);
	AppendPrefixed(&buf, "n", wakes);
	appendStringInfoString(&buf, ") IS DISTINCT FROM (");
	AppendPrefixed(&buf, "o", wakes);
	appendStringInfoChar(&buf, ')');
	return buf.data;
}

/* Returns the FROM item for the rows that a rule judges. */
static char *
RowsToJudge(const GuardEvent *event, const GuardRule *rule)
{
	const char *key = KeyOfConcept(event->concept);

	if (event->event & GUARD_DELETE)
		return pstrdup(GUARD_OLD_ROWS);
	if (event->candidates || !(event->event & GUARD_UPDATE))
		return pstrdup(GUARD_NEW_ROWS);
	if (rule->events & GUARD_GONE)
		return RowsGone(key);
	if (rule->wakes == NULL)
		return pstrdup(GUARD_NEW_ROWS);
	if (rule->events & GUARD_LEFT)
		return psprintf("(%s UNION ALL %s)", RowsChanged(key, rule->wakes, GUARD_NEW_ROWS, GUARD_OLD_ROWS),
						RowsChanged(key, rule->wakes, GUARD_OLD_ROWS, GUARD_NEW_ROWS));
	return psprintf("(%s)", RowsChanged(key, rule->wakes, GUARD_NEW_ROWS, GUARD_OLD_ROWS));
}

/* Returns a text with each occurrence of a placeholder replaced. */
static char *
ReplacePlaceholder(const char *text, const char *placeholder, const char *replacement)
{
	StringInfoData buf;
	const char *found;

	initStringInfo(&buf);
	while ((found = strstr(text, placeholder)) != NULL)
	{
		appendBinaryStringInfo(&buf, text, found - text);
		appendStringInfoString(&buf, replacement);
		text = found + strlen(placeholder);
	}
	appendStringInfoString(&buf, text);
	return buf.data;
}

/* Tells whether every rule that an event wakes judges the same rows, so that their facts can be computed once. */
static bool
RulesShareRows(const GuardEvent *event)
{
	return event->candidates || (event->event & GUARD_INSERT) != 0;
}

/*
 * Returns a template with {others} filled in: the services in the table and, by a query of its own, those on their way
 * into it. In one FROM item the two would hide the table's indexes.
 */
static char *
FillOthers(const GuardEvent *event, const char *template)
{
	char	   *in_table = ReplacePlaceholder(template, "{others}", "{client_service}");

	if (!event->candidates || strstr(template, "{others}") == NULL)
		return in_table;
	return psprintf("%s UNION ALL %s", in_table, ReplacePlaceholder(template, "{others}", GUARD_NEW_ROWS));
}

/* Returns a template of a rule with everything filled in, and facts that are told or are computed in place. */
static char *
FillTemplate(const GuardEvent *event, const GuardRule *rule, const char *template, const char *facts)
{
	StringInfoData buf;
	char	   *text = ReplacePlaceholder(FillOthers(event, template), "{facts}", facts);

	initStringInfo(&buf);
	AppendWithSiblings(&buf, event->siblings, text, RowsToJudge(event, rule));
	return buf.data;
}

/* Returns a template of a rule with everything filled in. */
char *
GuardRuleQuery(const GuardEvent *event, const GuardRule *rule, const char *template)
{
	return FillTemplate(event, rule, template, psprintf("(%s)", guard_facts));
}

/* Returns the same for a part of a query that starts with AppendSharedFacts. */
static char *
PartOfQuery(const GuardEvent *event, const GuardRule *rule, const char *template)
{
	return RulesShareRows(event) ?
		FillTemplate(event, rule, template, SHARED_FACTS) : GuardRuleQuery(event, rule, template);
}

/* Starts a query over services with their facts, where all of its parts judge the same rows. */
static void
AppendSharedFacts(StringInfo buf, const GuardEvent *event)
{
	if (RulesShareRows(event) && strcmp(event->concept, "client_service") == 0)
		appendStringInfo(buf, "WITH " SHARED_FACTS " AS MATERIALIZED (%s) ",
						 ReplacePlaceholder(guard_facts, "{rows}", GUARD_NEW_ROWS));
}

/* Appends the part of a probe about one rule. */
static void
AppendProbePart(StringInfo buf, const GuardEvent *event, int number)
{
	const GuardRule *rule = GuardRuleAt(number);
	const char *applies = rule->applies ? rule->applies : rule->lock ? "SELECT FROM {rows} r" : rule->violations;

	if (GuardRuleNeedsOwnLook(rule))
		appendStringInfo(buf, "SELECT %d AS rule, NULL::bigint AS row_id, NULL::text AS item FROM (%s) v HAVING count(*) > 0",
						 number, PartOfQuery(event, rule, applies));
	else
		appendStringInfo(buf, "SELECT %d AS rule, v.row_id, v.item FROM (%s) v",
						 number, PartOfQuery(event, rule, rule->violations));
}

/*
 * Returns the query that finds which rules are broken or want a look of their own; of those about facts only if asked.
 */
char *
GuardProbeQuery(const GuardEvent *event, bool with_facts)
{
	StringInfoData buf;
	const char *separator = "";

	initStringInfo(&buf);
	if (with_facts)
		AppendSharedFacts(&buf, event);
	for (int i = 0; i < GuardRuleCount(); i++)
	{
		if (!GuardRuleWakes(GuardRuleAt(i), event) || GuardRuleAt(i)->violations == NULL ||
			(GuardRuleAt(i)->about_facts && !with_facts))
			continue;
		appendStringInfoString(&buf, separator);
		AppendProbePart(&buf, event, i);
		separator = " UNION ALL ";
	}
	return buf.data;
}

/* Returns the query that finds, for each candidate that would be refused, the first rule that it breaks. */
char *
GuardRefusalQuery(const GuardEvent *event)
{
	StringInfoData buf;
	const char *separator = "";

	initStringInfo(&buf);
	AppendSharedFacts(&buf, event);
	appendStringInfoString(&buf, "SELECT DISTINCT ON (v.row_id) v.rule, v.row_id::bigint, v.item FROM (");
	for (int i = 0; i < GuardRuleCount(); i++)
	{
		const GuardRule *rule = GuardRuleAt(i);

		if (!GuardRuleWakes(rule, event) || rule->violations == NULL || (rule->elevel < ERROR && !event->with_warnings) ||
			(event->stored && (rule->events & (GUARD_WRITING | GUARD_NOT_LOADED | GUARD_PLANNED))))
			continue;
		appendStringInfo(&buf, "%sSELECT %d AS rule, w.row_id, w.item FROM (%s) w",
						 separator, i, PartOfQuery(event, rule, rule->violations));
		separator = " UNION ALL ";
	}
	if (*separator == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no rule judges rows of \"%s\" before they are written", event->concept)));
	appendStringInfoString(&buf, ") v ORDER BY v.row_id, v.rule");
	return buf.data;
}
