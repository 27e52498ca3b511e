// Imports nothing: processes that must start fast use it too.

/** Recognises the errors that a caller expects. */
export type Expected = (error: unknown) => boolean;

/**
 * The result of the call. Undefined if it fails with an expected error. Any other error may be a bug, and is rethrown.
 *
 * @example const text = attempt(() => readFileSync(path, "utf8"), isUnreadable) ?? "";
 */
export function attempt<T>(call: () => T, isExpected: Expected): T | undefined {
  try {
    return call();
  } catch (error) {
    return ignoring(isExpected)(error);
  }
}

/**
 * The same for a promise.
 *
 * @example const text = await readFile(path, "utf8").catch(ignoring(isUnreadable));
 */
export function ignoring(isExpected: Expected): (error: unknown) => undefined {
  return (error) => {
    if (!isExpected(error)) throw error;
    return undefined;
  };
}

/** For `.catch(…)` of clean-up: the resource may be closed already, and an earlier error is the one to report. */
export const duringCleanUp = (): undefined => undefined;

/** For `.catch(…)` of a promise that other code awaits: Node.js must not report its rejection before that. */
export const handledElsewhere = (): undefined => undefined;

const unreadable = [
  ...["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"],
  // Windows: a file that another program has opened, and a special kind of link.
  ...["EBUSY", "UNKNOWN"],
];

const notInstalled = [
  ...["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"],
  // The package has no entry for Node.js, or its `exports` hide the file.
  ...["ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_INVALID_PACKAGE_TARGET", "ERR_INVALID_PACKAGE_CONFIG"],
];

const codeOf = (error: unknown) => ((error ?? {}) as { readonly code?: unknown }).code;
const hasCode = (error: unknown, codes: readonly unknown[]) => codes.includes(codeOf(error));

/**
 * A path with nothing to read: no file, a folder, no permission. Excludes exhausted resources (EMFILE, EIO), which would make a file seem
 * missing.
 */
export const isUnreadable: Expected = (error) => hasCode(error, unreadable);

/** A module that does not resolve. */
export const isNotInstalled: Expected = (error) => hasCode(error, notInstalled);

/** A command of `execFile` or `execFileSync` that does not exist, or failed. Excludes output that is too long. */
export const isCommandFailure: Expected = (error) => {
  const { code, status } = (error ?? {}) as { readonly code?: unknown; readonly status?: unknown };
  // With both, it ended before it had read all of its input (EPIPE).
  if (typeof status === "number") return true;
  return typeof code === "string" ? isUnreadable(error) : code !== undefined || status !== undefined;
};

/**
 * Errors of servers, drivers, other programs and Lockstep itself. JavaScript's own error classes mean a bug. Not for `fetch`, which throws
 * a TypeError if there is no response.
 */
export const isNoBug: Expected = (error) => error instanceof Error && !bugs.some((bug) => error instanceof bug);

const bugs = [TypeError, ReferenceError, RangeError, SyntaxError] as const;

/** A text that `JSON.parse` or `RegExp` rejects. */
export const isSyntaxError: Expected = (error) => error instanceof SyntaxError;

/** A number or name that a function of JavaScript rejects. */
export const isRangeError: Expected = (error) => error instanceof RangeError;

/** A text that `decodeURIComponent` rejects. */
export const isUriError: Expected = (error) => error instanceof URIError;
