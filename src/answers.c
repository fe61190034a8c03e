/*
 * answers.c
 *		Telling the answers of an assessment that need a closer look from those that are simply one of their choices.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(clienttrack_unlisted_answers);

/* Returns whether the value is a text that is a key of the member of choices with that name. */
static bool
IsListed(Jsonb *choices, JsonbValue *name, JsonbValue *value)
{
	JsonbValue	listed;
	JsonbValue	choice;

	return value->type == jbvString &&
		getKeyJsonValueFromContainer(&choices->root, name->val.string.val, name->val.string.len, &listed) != NULL &&
		listed.type == jbvBinary && JsonContainerIsObject(listed.val.binary.data) &&
		getKeyJsonValueFromContainer(listed.val.binary.data, value->val.string.val, value->val.string.len, &choice) != NULL;
}

/* unlisted_answers(answers jsonb, choices jsonb) returns jsonb */
Datum
clienttrack_unlisted_answers(PG_FUNCTION_ARGS)
{
	Jsonb	   *answers = PG_GETARG_JSONB_P(0);
	Jsonb	   *choices = PG_GETARG_JSONB_P(1);
	JsonbIterator *iterator;
	JsonbParseState *state = NULL;
	JsonbValue	name;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(answers) || !JB_ROOT_IS_OBJECT(choices))
		PG_RETURN_JSONB_P(answers);
	iterator = JsonbIteratorInit(&answers->root);
	JsonbIteratorNext(&iterator, &name, true);	/* the beginning of the object */
	while (JsonbIteratorNext(&iterator, &name, true) == WJB_KEY)
	{
		JsonbIteratorNext(&iterator, &value, true);
		if (IsListed(choices, &name, &value))
			continue;
		if (state == NULL)
			pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		pushJsonbValue(&state, WJB_KEY, &name);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}
