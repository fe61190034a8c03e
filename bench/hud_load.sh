#!/bin/bash
# Measures loading a HUD export against COPY of the same files into text tables.
#
#   script/with-cluster bench/hud_load.sh [CLIENTS]
#
# Prints lines CASE,RATIO: time of COPY into the staging tables and hud_load(),
# divided by that of COPY into tables with the same columns and nothing else.
#   hud_load_new    an export of CLIENTS (default 100000) invented clients
#   hud_load_again  the same export again, which changes nothing
#   hud_load_real   a real export, where CLIENTTRACK_HUD_EXPORT names one
# Seconds go to standard error.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
clients=${1:-100000}
work=$(mktemp -d "${TMPDIR:-/tmp}/hud_load.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PGOPTIONS='-c client_min_messages=warning'
files='Export:hud_export User:hud_user Organization:hud_organization Project:hud_project ProjectCoC:hud_project_coc
	Funder:hud_funder Client:hud_client Enrollment:hud_enrollment Exit:hud_exit Services:hud_services
	IncomeBenefits:hud_income_benefits HealthAndDV:hud_health_and_dv Disabilities:hud_disabilities'

# Runs psql in the database of the benchmark.
run_psql()
{
	psql -X -q -v ON_ERROR_STOP=1 -d hud_load_bench "$@"
}

# Prints the column list of a file.
columns_of()
{
	head -n 1 "$1" | tr -d '"\r' | sed 's/^\xEF\xBB\xBF//' | tr '[:upper:]' '[:lower:]'
}

# Writes the psql commands that copy the files of a folder into the tables of a schema.
write_copy_script()
{
	local entry

	for entry in $files; do
		printf '\\copy %s.%s (%s) from %s (format csv, header)\n' "$2" "${entry#*:}" "$(columns_of "$1/${entry%:*}.csv")" \
			"'$1/${entry%:*}.csv'"
	done
}

# Writes the psql commands that make the text tables.
write_table_script()
{
	local entry

	echo 'DROP SCHEMA IF EXISTS plain CASCADE; CREATE SCHEMA plain;'
	for entry in $files; do
		printf 'CREATE TABLE plain.%s (%s text);\n' "${entry#*:}" "$(columns_of "$1/${entry%:*}.csv" | sed 's/,/ text,/g')"
	done
}

# Prints how many seconds psql takes for a script.
seconds()
{
	local start

	start=$(date +%s.%N)
	run_psql -f "$1" >/dev/null
	echo "$(date +%s.%N) $start" | awk '{ printf "%.3f", $1 - $2 }'
}

# Prints the shortest of three times of COPY into text tables.
plain_seconds()
{
	local round

	for round in 1 2 3; do
		write_table_script "$1" >"$work/tables.sql"
		run_psql -f "$work/tables.sql"
		write_copy_script "$1" plain >"$work/plain.sql"
		run_psql -c 'CHECKPOINT'
		seconds "$work/plain.sql"
		echo
	done | sort -n | head -n 1
}

# Prints the seconds of COPY into staging and the load.
load_seconds()
{
	write_copy_script "$1" hmis >"$work/load.sql"
	echo "CALL hmis.hud_load('bench') \\g /dev/null" >>"$work/load.sql"
	run_psql -c 'CHECKPOINT'
	seconds "$work/load.sql"
}

# Makes an empty database with the schema hmis.
make_database()
{
	dropdb --if-exists hud_load_bench
	createdb hud_load_bench
	run_psql -c 'CREATE EXTENSION pg_trgm' -c 'CREATE EXTENSION clienttrack' -c "CALL clienttrack.install('hmis')"
}

# Prints a case with the ratio of two times.
report()
{
	echo "$1: COPY $2 s, load $3 s" >&2
	awk -v name="$1" -v plain="$2" -v load="$3" 'BEGIN { printf "%s,%.2f\n", name, load / plain }'
}

perl script/generate-hud-export --clients "$clients" "$work/export" >/dev/null
make_database
plain=$(plain_seconds "$work/export")
report hud_load_new "$plain" "$(load_seconds "$work/export")"
report hud_load_again "$plain" "$(load_seconds "$work/export")"
if [ -n "${CLIENTTRACK_HUD_EXPORT:-}" ]; then
	make_database
	plain=$(plain_seconds "$CLIENTTRACK_HUD_EXPORT")
	report hud_load_real "$plain" "$(load_seconds "$CLIENTTRACK_HUD_EXPORT")"
fi
dropdb hud_load_bench
