import type { Family, SignalId } from "../model/index.js";
import type { Severity } from "./check-severities.js";
import type { FillFunction } from "./fill-function.js";

export type { FillFunction, FillRow, FillValue } from "./fill-function.js";

/** The settings of `lockstep.config.ts`. */
export interface LockstepConfigInput {
  /**
   * Number of deployments of a new plan: three, or two, in which reads open together with the constraint (`brisk`: for small tables that
   * one service writes). Default: "careful".
   */
  pace?: "careful" | "brisk";
  /**
   * The databases that a plan must reach, by name; the slowest of them sets the pace. Default: none.
   * @example { production: { urlFrom: "PRODUCTION_DATABASE_URL" } }
   */
  targets?: Record<
    string,
    {
      /** The environment variable with its URL: the file is in version control, the URL is not. */
      urlFrom: string;
      /**
       * Makes each matching schema (PostgreSQL) or database (MySQL) a target of its own, for example one per tenant.
       * @example "tenant_%"
       */
      eachSchema?: string;
      /**
       * One SELECT that returns the targets: `name`, and either `schema`, on the same server, or `url`. Each command runs it, in a
       * read-only transaction.
       * @example "SELECT slug AS name, schema_name AS schema FROM tenants WHERE is_active"
       */
      eachFrom?: string;
    }
  >;
  /**
   * The services (deployed programs) that write the tables of this project. Their announcements open the gate writers-aware. Default: none,
   * a person confirms it.
   * @example ["web", "worker"]
   */
  services?: string[];
  /** What gates check besides the database. */
  gates?: {
    /** What the gate reads-steady checks besides the statistics of the server. Default: nothing. */
    readsSteady?: ReadsSteadyInput;
  };
  /** Defaults for the options of `lockstep watch`. `gates.readsSteady` defines what it checks besides the database. */
  watch?: {
    /** Duration of a watch: 30min, 2h. Default: "30min". */
    for?: string;
    /** Interval between two probes: 15s, 1min. Default: "15s". */
    every?: string;
    /** Number of probes that later ones are compared with. Default: 5. */
    baseline?: number;
    /** A shell command to run when a metric leaves its baseline; LOCKSTEP_… variables in its environment describe it. Default: nothing. */
    onAnomaly?: string;
  };
  /** The code that is searched and edited. */
  code?: {
    /** Globs from the project's root; those that begin with `../` are for `roots`. Default: every source file of the project. */
    include?: string[];
    /**
     * Globs of files that are never edited, besides generated and ignored ones. Relative to the project's root; a glob that begins with a
     * double star also applies to each of `roots`. Default: none.
     */
    exclude?: string[];
    /**
     * Which places are edited besides the required ones: none, the likely ones, or those chosen in the checklist; "none": no code at all.
     * Default: "ask" on a terminal; elsewhere the places that list the whole model.
     */
    edit?: "required" | "likely" | "ask" | "none";
    /**
     * What happens after the ORM's command has created a migration with columns that need no plan, and code may need them: one line that
     * reports it, the questions of `lockstep code` (if there is a terminal), or nothing. Default: "line".
     */
    afterSafe?: "line" | "ask" | "off";
    /** Globs of files, or keys of places, that get a new column without a question. Default: none. */
    accept?: string[];
    /** Globs of files, or keys of places, that do not get it unless `--only` names them. Default: none. */
    decline?: string[];
    /**
     * Whether chosen edits are compiled before they are written; edits that would add a type error are listed. A number: the time limit in
     * seconds. Default: auto, five minutes.
     */
    verify?: "auto" | "off" | number;
    /** Whether the project's own formatter (Prettier, Biome or dprint) formats the edits. Default: auto. */
    format?: "auto" | "off";
    /**
     * How places that may get a new column are ranked. These values override the built-in ones, which were measured on other repositories.
     * @example { weights: { namesOnly: -4 }, likely: { mapper: 7 } }
     */
    scorecard?: ScorecardInput;
    /**
     * Further folders whose code is read and edited, relative to the project's root; `[]`: none. Default: the packages of its workspace
     * that depend on it and name its models; none if `include` is given.
     * @example ["../../apps/api", "../../apps/worker"]
     */
    roots?: string[];
  };
  /**
   * The app's feature flags: until `contract`, a flag per column guards the reads that `switch` adds. "openfeature": its SDK for servers.
   * Default: reads open with the deployment of `switch`.
   * @example { read: "flags.isOn({name})", import: 'import { flags } from "@/flags"' }
   */
  toggle?: "openfeature" | ToggleInput;
  /** How `lockstep backfill run` processes a table. */
  backfill?: {
    /** Rows of the first batch; the duration of a batch determines the size of later ones. Default: 1000. */
    batchRows?: number;
    /** Target time for row locks of a batch. Default: 15, or 500 while no other session writes. */
    batchMs?: number;
    /** Pause between two batches. Default: 0. */
    pauseMs?: number;
    /** Every other option of `lockstep backfill run` that limits it: `maxReplicaLag: "64MB"`. Default: that of the option. */
    [option: string]: string | number | undefined;
  };
  /** How `lockstep rehearse` fills its tables, and which load it runs. */
  rehearse?: {
    /** Requests a second. Default: 100. */
    rate?: number;
    /**
     * SQL for values that it cannot generate, by table and column; `n` is the number of the row.
     * @example { "Plate.text": "'AB-' || n" }
     */
    values?: Record<string, string>;
    /** Shell command that starts the old build. Requires `new` and `load`. Default: none, the load runs without an application. */
    old?: string;
    /** Starts the build of the plan's phase. */
    new?: string;
    /**
     * The requests sent to both builds, or the command of a script that sends them to the address in LOCKSTEP_URL.
     * @example ["GET /users/{1..1000}", 'POST /users {"email":"rehearsal-{n}@example.com"}']
     */
    load?: string[] | string;
  };
  /** What `lockstep drift` compares. */
  drift?: {
    /**
     * Differences to ignore, by kind and name, with `*` as a wildcard. Default: none.
     * @example ["extension pg_stat_statements", "index Order.*_manual"]
     */
    ignore?: string[];
  };
  /** What `lockstep check` reports about the migrations of a pull request. */
  check?: CheckInput;
  /** How TypeORM is run, if the scripts of package.json do not show it. */
  typeorm?: {
    /** The file that exports the data source, as passed to the CLI: "src/data-source.ts". Default: that of the scripts. */
    dataSource?: string;
    /** The command line before `migration:run`: "npx tsx node_modules/typeorm/cli.js". Default: that of the scripts. */
    run?: string;
    /** The folder of new migrations. Default: that of the script that generates them, else that of the newest migration. */
    migrations?: string;
  };
  /**
   * Values that SQL cannot compute, by model and field: functions that fill existing rows. Default: none.
   * @example
   * { User: { handle: {
   *   reads: ["email"],
   *   async fill(rows) { return rows.map((row) => slugify(String(row.email))); },
   *   fallback: "lower(email)",
   * } } }
   */
  fills?: Record<string, Record<string, FillInput>>;
}

/** How migrations are checked. */
export interface CheckInput {
  /** The base branch: migrations that it lacks are new. "origin/develop". Default: the main branch. */
  base?: string;
  /**
   * The oldest server that they run on: 15 for PostgreSQL, "mysql:8.0.29", "mariadb:11.4". Without a patch level, `check` assumes the
   * first release of the series, and 8.0.12 for "mysql:8.0". Default: unknown; `check` does not report newer syntax.
   */
  server?: number | string;
  /** Severity by rule: "error", "warning" or "off". Default: each rule's own. */
  rules?: Record<string, Severity>;
  /**
   * Reviewed and accepted findings, besides comments in the migrations: each waives a rule for all statements of the files that `files`
   * matches. Default: none.
   */
  waivers?: { rule: string; files?: string; reason: string; until?: string }[];
  /** A file that lists earlier findings: `check` does not report them again. */
  baseline?: string;
  /** Whether `check` gives advice on choices that are legal and often regretted. Default: false. */
  advice?: boolean;
}

/** Your own metrics: `{target}` in a URL or a query is replaced by the target's name. */
export interface ReadsSteadyInput {
  /** A URL that returns a status of 200 to 299 while the service is healthy. */
  http?: {
    /** The environment variable with the URL. */
    urlFrom: string;
  };
  /**
   * A query of Prometheus' HTTP API that returns one number, the smaller the better.
   * @example { urlFrom: "PROMETHEUS_URL", query: 'sum(rate(http_requests_total{code=~"5.."}[15m]))', atMost: 0.1 }
   */
  prometheus?: {
    /** The environment variable with the URL of Prometheus, without `/api`. */
    urlFrom: string;
    /** PromQL. */
    query: string;
    /** The greatest healthy value. Default: 1.2 times the value when switch was released. */
    atMost?: number;
  };
}

/** How the app checks whether a feature is on. */
export interface ToggleInput {
  /** An expression in which `{name}` is replaced by the flag's name, without quotes: "flags.isOn({name})". */
  read: string;
  /**
   * Its import: 'import { flags } from "@/flags"'. A path that begins with "./" is relative to the project's root. Default: none; reads in
   * files without the name are listed.
   */
  import?: string;
  /** The flag's name, with `{model}` and `{field}` in kebab case. Default: "{model}-{field}-read". */
  name?: string;
  /** The expression returns a promise: it is awaited, in async functions only. Default: false. */
  isAsync?: boolean;
}

/** The evidence that a place needs to get a new column, in whole numbers. */
export interface ScorecardInput {
  /** The weight of a signal in the score of a place; 0: ignored. Default: from 3 to -5, see the documentation. */
  weights?: Partial<Record<SignalId, number>>;
  /**
   * The minimum score of a preselected place, by kind. Default: graphql 3; create, mapper, zod, dto, schema, destructuring 5; select 8;
   * others 7.
   */
  likely?: Partial<Record<Family, number>>;
  /** The minimum score of a shown place. Default: 1. */
  possible?: number;
  /** The same in tests. Default: 3. */
  possibleInTests?: number;
  /** The minimum score of a preselected place that names the column which the new one is like. Default: 3. */
  like?: number;
  /** The minimum score of a place to follow an accepted one of the same file or name. Default: 8. */
  kin?: number;
}

/** The source of one column's values for existing rows. */
export interface FillInput {
  /** The columns that the function receives, by their names in the database. */
  reads: string[];
  /**
   * Rows in, values out: one for each row, in the same order. `lockstep backfill run` calls it with up to a batch of rows, while it holds
   * no locks. Making the plan calls it with up to 100 rows of your development database.
   */
  fill: FillFunction;
  /**
   * For databases that skip releases (preview, self-hosted) and so have no backfill between the phases: an SQL expression over
   * the row's columns, or "refuse" to stop there while a row has no value. Required.
   */
  fallback: string;
}

/**
 * Adds types for the editor; returns the configuration unchanged.
 *
 * @example
 * // lockstep.config.ts
 * import { defineConfig } from "@lockstep/prisma";
 * export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
 */
export function defineConfig(config: LockstepConfigInput): LockstepConfigInput {
  return config;
}
