/** The interface between the proxy and the interception of migrations. */

/** The information about the run that a hook gets. */
export interface EngineInfo {
  readonly backend: "native" | "wasm";
  /** The schema files that the CLI named, with its paths. */
  readonly datamodelPaths: readonly string[];
  readonly datasource: { readonly url?: string; readonly shadowDatabaseUrl?: string };
  readonly cwd: string;
  /** Of the project: "7.10.0". */
  readonly prismaVersion: string;
}

/** A request of the CLI. */
export interface EngineRequest {
  readonly method: string;
  // biome-ignore lint/suspicious/noExplicitAny: Prisma's own shapes, one per method; a hook looks only at those it knows
  readonly params: any;
}

/** The engine as a hook sees it. */
export interface HookEngine {
  /** Sends a request to the real engine. Not intercepted again. */
  // biome-ignore lint/suspicious/noExplicitAny: Prisma's own shapes, one per method
  call(method: string, params: unknown): Promise<any>;
  /** Resolves when the engine does not need this process: what a hook loads before delays the engine. May never resolve. */
  waits(): Promise<void>;
  /** Shows a text to the user, on stdout of the CLI. */
  print(text: string): Promise<void>;
}

export interface EngineHooks {
  /**
   * Answers a request itself with `{ result }`, or throws (EngineError, LockstepError) to reject it.
   * @returns undefined to pass it on unchanged
   */
  intercept(request: EngineRequest, engine: HookEngine, info: EngineInfo): Promise<{ result: unknown } | undefined>;

  /** Called when the answer to a request is sent. Must not throw. */
  answered?(request: EngineRequest): void;

  /**
   * Called after a request was answered without error, by the engine or by `intercept`.
   * @returns a replacement for the result; undefined to keep it
   */
  after?(request: EngineRequest, result: unknown, engine: HookEngine, info: EngineInfo): Promise<unknown>;
}
