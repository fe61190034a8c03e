/*
 * spi_params.h
 *		Parameters for plans executed with options.
 */
#ifndef CLIENTTRACK_SPI_PARAMS_H
#define CLIENTTRACK_SPI_PARAMS_H

#include "nodes/params.h"

extern ParamListInfo ConstParams(int nargs, const Oid *argtypes, const Datum *args, const char *nulls);

#endif
