import type { Family, SignalId } from "../model/index.js";
import type { Severity } from "./check-severities.js";
import type { FillFunction } from "./fill-function.js";

export type { FillFunction, FillRow, FillValue } from "./fill-function.js";

/** What `lockstep.config.ts` may say. */
export interface LockstepConfigInput {
  /**
   * How many deployments a new plan takes: three, or two, in which reads open together with the constraint (`brisk`: for small
   * tables that one service writes). Default: "careful".
   */
  pace?: "careful" | "brisk";
  /**
   * The databases that a plan must reach, by name; the slowest of them decides. Default: none.
   * @example { production: { urlFrom: "PRODUCTION_DATABASE_URL" } }
   */
  targets?: Record<
    string,
    {
      /** The environment variable that holds its URL: the file is in version control, the URL is not. */
      urlFrom: string;
      /**
       * Every schema there (PostgreSQL), or every database (MySQL), whose name is like this is a target of its own: one a tenant.
       * @example "tenant_%"
       */
      eachSchema?: string;
      /**
       * One SELECT that names the targets: `name`, and either `schema`, on the same server, or `url`. Asked anew by each command, in a
       * read-only transaction.
       * @example "SELECT slug AS name, schema_name AS schema FROM tenants WHERE is_active"
       */
      eachFrom?: string;
    }
  >;
  /**
   * The services (programs that are deployed) that write the tables of this project: with them the gate writers-aware opens by what
   * they announce. Default: none, a person confirms it.
   * @example ["web", "worker"]
   */
  services?: string[];
  /** What gates ask besides the database. */
  gates?: {
    /** What the gate reads-steady asks besides the statistics of the server. Default: nothing. */
    readsSteady?: ReadsSteadyInput;
  };
  /** What `lockstep watch` does where no option says otherwise. What it asks besides the database stands in `gates.readsSteady`. */
  watch?: {
    /** How long it watches: 30min, 2h. Default: "30min". */
    for?: string;
    /** Between two looks: 15s, 1min. Default: "15s". */
    every?: string;
    /** So many looks are what later ones are compared with. Default: 5. */
    baseline?: number;
    /** A command for the shell, run once something is not as it was; LOCKSTEP_… in its environment say what. Default: nothing. */
    onAnomaly?: string;
  };
  /** The code that is looked through and edited. */
  code?: {
    /** Globs from the project's root; those that begin with `../` are for `roots`. Default: every source file of the project. */
    include?: string[];
    /**
     * Globs of files that are never edited, besides generated and ignored ones. From the project's root; what begins with a
     * double star counts in each of `roots` as well. Default: none.
     */
    exclude?: string[];
    /**
     * Which places besides the required ones are edited: none, the likely ones, or those that are ticked in the checklist;
     * "none": no code at all. Default: "ask" on a terminal; elsewhere what lists the whole model.
     */
    edit?: "required" | "likely" | "ask" | "none";
    /**
     * What happens once the ORM's command has made a migration with columns that need no plan, and code may need them: one line that
     * says so, the questions of `lockstep code` (where there is a terminal), or nothing. Default: "line".
     */
    afterSafe?: "line" | "ask" | "off";
    /** Globs of files, or keys of places, that get a new column without a question. Default: none. */
    accept?: string[];
    /** Globs of files, or keys of places, that do not get it unless `--only` names them. Default: none. */
    decline?: string[];
    /**
     * Whether edits that were chosen are compiled before they are written; what would add a type error is listed. A number: so many
     * seconds at most. Default: auto, five minutes.
     */
    verify?: "auto" | "off" | number;
    /** Whether what Lockstep writes is laid out by the project's own formatter: Prettier, Biome or dprint. Default: auto. */
    format?: "auto" | "off";
    /**
     * How places are ranked that may get a new column: what is given counts, the rest is as measured on other repositories.
     * @example { weights: { namesOnly: -4 }, likely: { mapper: 7 } }
     */
    scorecard?: ScorecardInput;
    /**
     * The folders beside the project whose code is read and edited, from its root; `[]`: none. Default: the packages of its workspace
     * that depend on it and name its models; none where `include` is given.
     * @example ["../../apps/api", "../../apps/worker"]
     */
    roots?: string[];
  };
  /**
   * The feature flags of the app: what `switch` makes code show stands behind one of its own for each column, until `contract`.
   * "openfeature": its SDK for servers. Default: reads open with the deployment of `switch`.
   * @example { read: "flags.isOn({name})", import: 'import { flags } from "@/flags"' }
   */
  toggle?: "openfeature" | ToggleInput;
  /** How `lockstep backfill run` goes through a table. */
  backfill?: {
    /** Rows of the first batch; later ones are sized by how long they take. Default: 1000. */
    batchRows?: number;
    /** Target time for row locks of a batch. Default: 15, or 500 while no other session writes. */
    batchMs?: number;
    /** Rest between two batches. Default: 0. */
    pauseMs?: number;
    /** Every other option of `lockstep backfill run` that limits it: `maxReplicaLag: "64MB"`. Default: that of the option. */
    [option: string]: string | number | undefined;
  };
  /** How `lockstep rehearse` fills its tables, and what it asks them. */
  rehearse?: {
    /** Requests a second. Default: 100. */
    rate?: number;
    /**
     * SQL of the values that it cannot make by itself, by table and column; `n` is the number of the row.
     * @example { "Plate.text": "'AB-' || n" }
     */
    values?: Record<string, string>;
    /** Starts the build of before, in a shell. Goes with `new` and `load`. Default: none, the tables are asked without an application. */
    old?: string;
    /** Starts the build of the plan's phase. */
    new?: string;
    /**
     * The requests that both builds get, or the command of a script that makes them at the address in LOCKSTEP_URL.
     * @example ["GET /users/{1..1000}", 'POST /users {"email":"rehearsal-{n}@example.com"}']
     */
    load?: string[] | string;
  };
  /** What `lockstep drift` compares. */
  drift?: {
    /**
     * Differences that are left out, by kind and name, with `*` for anything. Default: none.
     * @example ["extension pg_stat_statements", "index Order.*_manual"]
     */
    ignore?: string[];
  };
  /** What `lockstep check` says of the migrations of a pull request. */
  check?: CheckInput;
  /** How TypeORM is run, where the scripts of package.json do not say. */
  typeorm?: {
    /** The file that exports the data source, as the CLI is given it: "src/data-source.ts". Default: that of the scripts. */
    dataSource?: string;
    /** The words before `migration:run`: "npx tsx node_modules/typeorm/cli.js". Default: those of the scripts. */
    run?: string;
    /** The folder of new migrations. Default: that of the script that generates them, else that of the newest migration. */
    migrations?: string;
  };
  /**
   * Values that SQL cannot compute, by model and field: functions that fill the rows that exist. Default: none.
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
  /** The branch that migrations are new since: "origin/develop". Default: the main branch. */
  base?: string;
  /**
   * The oldest server that they run on: 15 for PostgreSQL, "mysql:8.0.29", "mariadb:11.4". Without a patch level, `check` assumes the
   * first release of the series, and 8.0.12 for "mysql:8.0". Default: unknown; `check` does not report newer syntax.
   */
  server?: number | string;
  /** By rule: "error", "warning" or "off". Default: each rule's own. */
  rules?: Record<string, Severity>;
  /** What somebody has looked at and lets pass, besides comments in the migrations. Default: none. */
  waivers?: { rule: string; files?: string; reason: string; until?: string }[];
  /** A file that lists what was there before Lockstep was: it is not told again. */
  baseline?: string;
  /** Whether `check` gives advice on choices that are legal and often regretted. Default: false. */
  advice?: boolean;
}

/** Measures of your own: `{target}` in a URL or a query stands for the target's name. */
export interface ReadsSteadyInput {
  /** A URL that answers with a status of 200 to 299 while all is well. */
  http?: {
    /** The environment variable that holds it. */
    urlFrom: string;
  };
  /**
   * A query of Prometheus' HTTP API that gives one number, the smaller the better.
   * @example { urlFrom: "PROMETHEUS_URL", query: 'sum(rate(http_requests_total{code=~"5.."}[15m]))', atMost: 0.1 }
   */
  prometheus?: {
    /** The environment variable that holds the URL of Prometheus, without `/api`. */
    urlFrom: string;
    /** PromQL. */
    query: string;
    /** The greatest value that is well. Default: 1.2 times what it was when switch was released. */
    atMost?: number;
  };
}

/** How the app asks whether a feature is on. */
export interface ToggleInput {
  /** An expression in which `{name}` stands for the flag's name, without quotes: "flags.isOn({name})". */
  read: string;
  /**
   * The import that it needs: 'import { flags } from "@/flags"'. A path that begins with "./" counts from the project's root. Default:
   * none; what is not known where a read stands is listed.
   */
  import?: string;
  /** The flag's name, with `{model}` and `{field}` in kebab case. Default: "{model}-{field}-read". */
  name?: string;
  /** The expression gives a promise: it is awaited, in async functions only. Default: false. */
  isAsync?: boolean;
}

/** How much evidence a place needs to get a new column, in whole numbers. */
export interface ScorecardInput {
  /** What a piece of evidence adds to the score of a place; 0: it does not count. Default: from 3 to -5, see the documentation. */
  weights?: Partial<Record<SignalId, number>>;
  /** The score from which a place is ticked, by the kind of place. Default: graphql 3; create, mapper, zod, dto, schema, destructuring 5; select 8; the rest 7. */
  likely?: Partial<Record<Family, number>>;
  /** The score from which a place is shown. Default: 1. */
  possible?: number;
  /** The same in tests. Default: 3. */
  possibleInTests?: number;
  /** The score from which a place is ticked that names the column which the new one is like. Default: 3. */
  like?: number;
  /** The score from which a place follows one of the same file or name that was accepted. Default: 8. */
  kin?: number;
}

/** Where the value of one column comes from, for rows that exist. */
export interface FillInput {
  /** The columns that the function is given, by their names in the database. */
  reads: string[];
  /**
   * Rows in, values out: one for each row, in the same order. Called with up to a batch of rows by `lockstep backfill run`, while
   * nothing is locked; and with up to 100 rows of your development database when the plan is made.
   */
  fill: FillFunction;
  /**
   * For databases that skip releases (preview, self-hosted) and so have no backfill between the phases: an SQL expression over
   * the row's columns, or "refuse" to stop there while a row has no value. Required.
   */
  fallback: string;
}

/**
 * Types the configuration in the editor; returns it as it is.
 *
 * @example
 * // lockstep.config.ts
 * import { defineConfig } from "@lockstep/prisma";
 * export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
 */
export function defineConfig(config: LockstepConfigInput): LockstepConfigInput {
  return config;
}
