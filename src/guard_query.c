/*
 * guard_query.c
 *		From rules to the SQL that looks for rows that break them.
 *
 * For the insertion of services the probe is
 *
 *		SELECT 0 AS rule, v.row_id, v.item FROM (<rule 0 over the new rows>) v
 *		UNION ALL SELECT 1, v.row_id, v.item FROM (<rule 1 over the new rows>) v
 *		...
 *		UNION ALL SELECT 5, NULL, NULL WHERE EXISTS (<does rule 5, which takes a lock, apply>)
 *
 * It is executed part by part, so that the first row comes from the first rule that is broken.
 */
#include "postgres.h"

#include "guard_query.h"

#define EVENT_KINDS (GUARD_INSERT | GUARD_UPDATE | GUARD_DELETE | GUARD_TRUNCATE)

/* The columns of services that make one a duplicate of another. */
#define OTHERS_COLUMNS \
	"client_service_id, client_id, service_id, program_id, date_provided, enrollment_id, date_deleted, date_created"

/* Tells whether an event wakes a rule. */
bool
GuardRuleWakes(const GuardRule *rule, const GuardEvent *event)
{
	return (rule->events & event->event & EVENT_KINDS) != 0 &&
		(rule->events & GUARD_ROW) == (event->event & GUARD_ROW) &&
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
	for (int i = 0; i < guard_rule_count; i++)
		if (GuardRuleWakes(&guard_rules[i], event))
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
 * Returns the FROM item for the rows that a rule judges. Of an update these are the rows whose columns that wake the
 * rule changed:
 *
 *		(SELECT n.* FROM new n LEFT JOIN old o ON o.key = n.key WHERE o.key IS NULL OR (n.a, n.b) IS DISTINCT FROM (o.a, o.b))
 */
static char *
RowsToJudge(const GuardEvent *event, const GuardRule *rule)
{
	StringInfoData buf;
	const char *key = strcmp(event->concept, "hmis_user") == 0 ? "user" : event->concept;

	if (event->event & GUARD_DELETE)
		return pstrdup(GUARD_OLD_ROWS);
	if (!(event->event & GUARD_UPDATE) || rule->wakes == NULL)
		return pstrdup(GUARD_NEW_ROWS);
	initStringInfo(&buf);
	appendStringInfo(&buf, "(SELECT n.* FROM " GUARD_NEW_ROWS " n LEFT JOIN " GUARD_OLD_ROWS " o ON o.%s_id = n.%s_id "
					 "WHERE o.%s_id IS NULL OR (", key, key, key);
	AppendPrefixed(&buf, "n", rule->wakes);
	appendStringInfoString(&buf, ") IS DISTINCT FROM (");
	AppendPrefixed(&buf, "o", rule->wakes);
	appendStringInfoString(&buf, "))");
	return buf.data;
}

/* Returns what {others} stands for: the services in the table, and those on their way into it. */
static const char *
OtherServices(const GuardEvent *event)
{
	return event->candidates ?
		"(SELECT " OTHERS_COLUMNS " FROM {client_service} UNION ALL SELECT " OTHERS_COLUMNS " FROM " GUARD_NEW_ROWS ")" :
		"{client_service}";
}

/* Returns a template of a rule with everything filled in. */
char *
GuardRuleQuery(const GuardEvent *event, const GuardRule *rule, const char *template)
{
	StringInfoData filled;
	StringInfoData buf;
	const char *others;

	initStringInfo(&filled);
	while ((others = strstr(template, "{others}")) != NULL)
	{
		appendBinaryStringInfo(&filled, template, others - template);
		appendStringInfoString(&filled, OtherServices(event));
		template = others + strlen("{others}");
	}
	appendStringInfoString(&filled, template);

	initStringInfo(&buf);
	AppendWithSiblings(&buf, event->siblings, filled.data, RowsToJudge(event, rule));
	pfree(filled.data);
	return buf.data;
}

/* Returns the query that finds the first broken rule, and which rules need a look of their own. Candidates only: all. */
char *
GuardProbeQuery(const GuardEvent *event)
{
	StringInfoData buf;
	const char *separator = "";

	initStringInfo(&buf);
	for (int i = 0; i < guard_rule_count; i++)
	{
		const GuardRule *rule = &guard_rules[i];

		if (!GuardRuleWakes(rule, event))
			continue;
		appendStringInfoString(&buf, separator);
		if (GuardRuleNeedsOwnLook(rule) && !event->candidates)
			appendStringInfo(&buf, "SELECT %d AS rule, NULL::bigint AS row_id, NULL::text AS item WHERE EXISTS (%s)",
							 i, GuardRuleQuery(event, rule, rule->applies ? rule->applies :
											   rule->lock ? "SELECT FROM {rows} r" : rule->violations));
		else
			appendStringInfo(&buf, "SELECT %d AS rule, v.row_id, v.item FROM (%s) v",
							 i, GuardRuleQuery(event, rule, rule->violations));
		separator = " UNION ALL ";
	}
	return buf.data;
}
