/* Tells callgrind, from inside of Python, where counting begins and ends. Outside of valgrind these do nothing. */
#include <valgrind/callgrind.h>

void counting_on(void) { CALLGRIND_START_INSTRUMENTATION; }

void begin(void) { CALLGRIND_ZERO_STATS; }

/* Writes a file that names `what` and has what was counted since begin. */
void end(const char *what) { CALLGRIND_DUMP_STATS_AT(what); }
