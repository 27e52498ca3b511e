/** The interface of every schema engine behind the proxy, and the form of its errors on the wire. */
import { commandsHere, printable, withoutPasswords } from "@lockstep/core/text";
import { reading } from "./reading.js";

/** A schema engine: the native one, or the WASM one over `pg`. */
export interface EngineBackend {
  /**
   * Sends a request to the engine and waits for its answer.
   * @throws EngineError with the engine's error
   */
  call(method: string, params: unknown): Promise<unknown>;

  /**
   * Forwards a request line of the CLI unchanged and resolves with the engine's answer line, also unchanged. Only line-based engines have
   * it.
   */
  relay?(line: string, id: RequestId): Promise<string>;

  /** Passes on the CLI's answer to a request of the engine (`print`). Only engines that send requests have it. */
  deliver?(line: string): void;

  /** Resolves when the engine first waits for the database, and no longer needs this process. Absent: it works in a process of its own. */
  readonly waits?: Promise<void>;

  /** Cancels the running statement in the database, so that the running call ends soon. */
  interrupt(): Promise<void>;

  /** Leaves no process, connection or shadow database behind. Safe to call twice. */
  close(): Promise<void>;
}

/** What an engine may request from the CLI while it answers. */
export interface EngineHost {
  /** Shows a text to the user; resolves when the CLI has shown it. */
  print(text: string): Promise<void>;
}

export type RequestId = string | number | null;

/** Prisma's code for "look into data". */
const failureCode = 4466;
/** JSON-RPC's code for a method that does not exist. */
const methodNotFoundCode = -32601;

/** The `error` member of a JSON-RPC answer, in the form that the CLI reads. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: {
    readonly is_panic: boolean;
    readonly message: string;
    readonly meta: unknown;
    readonly error_code?: string;
  };
}

/**
 * An error that the CLI shows with its code, and then exits with 1.
 * @example throw new EngineError("P1001", "Can't reach database server at `db:5432`", { database_host: "db" })
 */
export class EngineError extends Error {
  /** Prisma's (`P3018`) or Lockstep's (`LS9004`). Undefined if the engine sent none. */
  readonly code: string | undefined;
  readonly meta: unknown;

  constructor(code: string | undefined, message: string, meta: unknown = null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "EngineError";
    this.code = code;
    this.meta = meta;
  }
}

/** Reports that an engine has no such method. */
export class UnknownMethodError extends EngineError {
  constructor(method: string) {
    super(undefined, `The schema engine has no method "${method}"`);
    this.name = "UnknownMethodError";
  }
}

/** The wire form of any error that was thrown while a request was answered. */
export function toRpcError(thrown: unknown): RpcError {
  if (thrown instanceof UnknownMethodError) return { code: methodNotFoundCode, message: thrown.message };
  const { code, message, meta } = describe(thrown);
  return {
    code: failureCode,
    message: "An error happened. Check the data field for details.",
    data: { is_panic: false, message, meta, ...(code === undefined ? {} : { error_code: code }) },
  };
}

/** The error in an answer line of another engine. */
export function fromRpcError(error: RpcError): EngineError {
  return new EngineError(error.data?.error_code, error.data?.message ?? error.message, error.data?.meta ?? null);
}

/** Code and text for the user: of the engine, of Lockstep (`LS####`), or a bug with its stack. */
function describe(thrown: unknown): { code: string | undefined; message: string; meta: unknown } {
  if (thrown instanceof EngineError) {
    const { code, message, meta } = thrown;
    // The engine's own message stays unchanged.
    return { code, message: code?.startsWith("LS") ? commandsHere(message, reading()) : message, meta };
  }
  if (isLockstepError(thrown)) {
    const lines = [thrown.message, thrown.why, thrown.hint === undefined ? undefined : `Next   ${thrown.hint}`];
    return {
      code: thrown.code,
      message: printable(commandsHere(lines.filter((line) => line !== undefined).join("\n"), reading())),
      meta: null,
    };
  }
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return {
    code: undefined,
    message: `This is a bug in Lockstep, please report it. LOCKSTEP=off runs the command without Lockstep.\n${withoutPasswords(stack, process.env)}`,
    meta: null,
  };
}

/** Recognised by its shape: core is not loaded for changes that pass through. */
function isLockstepError(thrown: unknown): thrown is Error & { code: string; hint?: string; why?: string } {
  return thrown instanceof Error && "code" in thrown && /^LS\d{4}$/.test(String(thrown.code));
}
