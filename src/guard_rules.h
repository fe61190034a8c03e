/*
 * guard_rules.h
 *		The service rules, as data.
 */
#ifndef CLIENTTRACK_GUARD_RULES_H
#define CLIENTTRACK_GUARD_RULES_H

#define GUARD_INSERT	0x01
#define GUARD_UPDATE	0x02
#define GUARD_DELETE	0x04
#define GUARD_TRUNCATE	0x08
#define GUARD_ROW		0x10	/* for each row instead of for each statement */
#define GUARD_GONE		0x20	/* of an update, judges the rows whose key is gone, as they were */
#define GUARD_LEFT		0x40	/* of an update, also changed rows as they were: what they hung on has lost them */
#define GUARD_OTHERS	0x80	/* DETAIL tells of rows that the writer need not see: for those who see all only */
#define GUARD_NOT_LOADED	0x200	/* about entering: not for history that a load brings in */
#define GUARD_NOT_MERGED	0x400	/* about entering: not for records that a merge moves from one client to the other */
#define GUARD_PLANNED	0x800	/* of rows that are not written yet: when they are, something else holds it */
#define GUARD_WRITING	0x100	/* about the writing itself: rows that are there already do not break it */

/*
 * A rule. Queries are templates: {rows} is the rows to judge, with the columns of the table the rule is about; {facts}
 * what services among them have in common; {others} the services in the table and those to come; and {enrollment} the
 * table of enrollments, and so on. They run with search_path pg_catalog.
 */
typedef struct GuardRule
{
	const char *name;			/* for programs; the constraint name of the error */
	int			sqlstate;
	int			elevel;			/* ERROR or WARNING */
	const char *table;			/* the concept that it is about */
	int			events;			/* the events that it judges */
	bool		about_facts;	/* the probe for it looks at {facts} and never at {rows} */
	const char *wakes;			/* columns whose change it judges; NULL: any */
	const char *violations;		/* query: row_id bigint, item text; NULL: only the lock, taken before the rules look */
	const char *applies;		/* cheap query with a row where the rule is worth a look of its own; NULL: always */
	const char *lock;			/* statement that makes concurrent writers wait; NULL: the foreign keys do */
	const char *message;
	const char *detail;			/* with %s for the items */
	const char *hint;
} GuardRule;

extern const char guard_facts[];
extern const GuardRule guard_service_rules[];	/* of services, and of what they stand on */
extern const int guard_service_rule_count;
extern const GuardRule guard_case_rules[];	/* of enrollments, assessments and case management */
extern const int guard_case_rule_count;

extern int	GuardRuleCount(void);
extern const GuardRule *GuardRuleAt(int number);

#endif
