/*
 * spi_params.c
 *		Parameters for plans executed with options.
 */
#include "postgres.h"

#include "spi_params.h"

/* Returns parameters with these values; nulls has an 'n' for each that is null, or is NULL. */
ParamListInfo
ConstParams(int nargs, const Oid *argtypes, const Datum *args, const char *nulls)
{
	ParamListInfo params = nargs > 0 ? makeParamList(nargs) : NULL;

	for (int i = 0; i < nargs; i++)
	{
		params->params[i].value = args[i];
		params->params[i].isnull = nulls && nulls[i] == 'n';
		params->params[i].pflags = PARAM_FLAG_CONST;
		params->params[i].ptype = argtypes[i];
	}
	return params;
}
