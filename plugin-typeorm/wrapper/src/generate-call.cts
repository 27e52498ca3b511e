const command = /[\\/]commands[\\/]MigrationGenerateCommand\.js$/;

/**
 * The file of the command if `typeorm migration:generate` is the caller: in the CLI's own copy of TypeORM, however it was loaded. All other
 * calls (`schema:log`, an application) are ignored. Call it synchronously in the call itself, before the first `await`.
 */
export function generateCommandFile(): string | undefined {
  return callers().find((file) => command.test(file));
}

/** The files on the stack as they were loaded: source maps would name files that do not exist. */
export function callers(): readonly string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const at: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 10;
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName() ?? "");
    Error.captureStackTrace(at, callers);
    return at.stack as string[];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
