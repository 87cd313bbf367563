/** What the process tells its caller. */
export const EXIT_OK = 0;
/** The command could not do its work: bad data, no server, a failed run. */
export const EXIT_FAILED = 1;
/** The command line, the environment or the configuration must be changed first. */
export const EXIT_USAGE = 2;
