/*
 * compat.h
 *		What differs between the PostgreSQL versions that are supported (15 to 18).
 */
#ifndef CLIENTTRACK_COMPAT_H
#define CLIENTTRACK_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "clienttrack needs PostgreSQL 15 or later"
#endif

/* Part of postgres.h until 15. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#endif
