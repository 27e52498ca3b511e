const command = /[\\/]commands[\\/]MigrationGenerateCommand\.js$/;

/**
 * The file of the command when `typeorm migration:generate` is what called: the CLI's own copy of TypeORM, however it was loaded.
 * Everything else (`schema:log`, an application) is somebody else's call. Ask in the call itself, before anything is awaited.
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
