/*
 * errors.h
 *		The SQLSTATEs of class CT. The table in README.md documents them.
 */
#ifndef CLIENTTRACK_ERRORS_H
#define CLIENTTRACK_ERRORS_H

#include "utils/elog.h"

#define ERRCODE_CT_ENROLLMENT_REQUIRED		MAKE_SQLSTATE('C', 'T', '0', '0', '1')
#define ERRCODE_CT_CLIENT_BARRED			MAKE_SQLSTATE('C', 'T', '0', '0', '2')
#define ERRCODE_CT_SERVICE_NOT_OFFERED		MAKE_SQLSTATE('C', 'T', '0', '0', '3')
#define ERRCODE_CT_AUTHORIZATION			MAKE_SQLSTATE('C', 'T', '0', '0', '4')
#define ERRCODE_CT_DUPLICATE_SERVICE		MAKE_SQLSTATE('C', 'T', '0', '0', '5')
#define ERRCODE_CT_RECORD_IN_USE			MAKE_SQLSTATE('C', 'T', '0', '0', '6')
#define ERRCODE_CT_DATE_OUT_OF_RANGE		MAKE_SQLSTATE('C', 'T', '0', '0', '8')
#define ERRCODE_CT_NOT_FOUND				MAKE_SQLSTATE('C', 'T', '0', '0', '9')
#define ERRCODE_CT_BAR_WITHOUT_SCOPE		MAKE_SQLSTATE('C', 'T', '0', '1', '3')
#define ERRCODE_CT_WARNINGS					MAKE_SQLSTATE('C', 'T', '0', '1', '4')
#define ERRCODE_CT_PERIOD_LOCKED			MAKE_SQLSTATE('C', 'T', '0', '1', '5')
#define ERRCODE_CT_ENTERED_TOO_LATE			MAKE_SQLSTATE('C', 'T', '0', '1', '6')
#define ERRCODE_CT_PROGRAM_CLOSED			MAKE_SQLSTATE('C', 'T', '0', '1', '9')
#define ERRCODE_CT_HOUSEHOLD				MAKE_SQLSTATE('C', 'T', '0', '2', '0')
#define ERRCODE_CT_ANSWER					MAKE_SQLSTATE('C', 'T', '0', '2', '1')
#define ERRCODE_CT_CASE_MANAGER				MAKE_SQLSTATE('C', 'T', '0', '2', '2')

#endif
