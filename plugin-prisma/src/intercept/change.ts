import { fileURLToPath } from "node:url";
import {
  afterNote,
  assertInstalled,
  type Decision,
  type DialectId,
  type Drop,
  decide,
  type Generated,
  LockstepError,
  namedColumns,
  type OpenPlans,
  type OrmChange,
  pendingDrops,
  pendingIn,
  type SqlReader,
  sqlReader,
  type TableName,
  textWithout,
} from "@lockstep/core";
import { dialectOn } from "../dialects/dialects.js";
import type { PrismaProject } from "../project.js";
import { dialectIn } from "../schema/dialect.js";
import { prismaWords } from "../words.js";
import type { SchemaContainer } from "./shapes.js";
import type { UndeclaredIndex } from "./undeclared-indexes.js";
import { isWarningOfDrop } from "./warnings.js";

/** Where the SQL of a change comes from: the engine behind the proxy, or the stock CLI run by the wrapper. */
export interface ChangeSource {
  readonly project: PrismaProject;
  /** The user's model. */
  readonly schema: SchemaContainer;
  /** What Prisma generates for a model, compared with the migrations that exist. */
  sqlFor(schema: SchemaContainer): Promise<string>;
  /** Statements can be left out of the migration that the CLI writes. Default: the stock command writes its own. */
  readonly canLeaveOut?: true;
}

/** The decision on a change, the messages to print, and the model that Prisma is to see. */
export type Change = Decision<SchemaContainer> & {
  readonly project: PrismaProject;
  readonly schema: SchemaContainer;
  readonly message: string | undefined;
  /** Columns that open plans drop later: Prisma's own script and its warnings name them each time. */
  readonly pending: readonly Drop[];
  /** Indexes that Prisma drops in every change, although the schema did not declare them before. */
  readonly undeclared: readonly UndeclaredIndex[];
  /** Nothing else changes. */
  readonly isEmpty: boolean;
};

/** Decides on a change. Errors as `decide` of the core. */
export async function decideChange(source: ChangeSource): Promise<Change> {
  assertInstalled("@lockstep/core", import.meta.url);
  const change = new PrismaChange(source);
  const decision = await decide(change);
  const { project } = source;
  const schema = decision.kind === "plan" ? decision.relaxed : change.schema;
  const known = { project, schema, pending: change.pending, undeclared: change.undeclared, isEmpty: change.isEmpty };
  if (decision.told === undefined) return { ...decision, ...known, message: undefined };
  const { toldText } = await import("@lockstep/core/planning");
  return { ...decision, ...known, message: toldText(decision.told, await colors()) };
}

/** A generated script without the drops that open plans make later, and without those of undeclared indexes. */
export function withoutDrops(
  script: string,
  { pending, undeclared }: Pick<Change, "pending" | "undeclared">,
  { readMigration }: Pick<SqlReader, "readMigration">,
): string {
  if (pending.length + undeclared.length === 0) return script;
  const migration = readMigration(script, "migration.sql");
  const { operations } = migration;
  const ofIndexes = operations.filter(
    (each) => each.kind === "dropIndex" && undeclared.some(({ name }) => name === each.name.name),
  );
  return withoutWarnings(textWithout(migration, new Set([...pendingIn(operations, pending), ...ofIndexes])), pending);
}

/** Prisma repeats its warnings in a comment at the start. */
function withoutWarnings(script: string, pending: readonly Drop[]): string {
  return script.replace(/^\/\*\s+Warnings:\s+([\s\S]*?)\*\/\s*/, (comment, list: string) => {
    const told = list.split(/^ {2}(?=- )/m).filter((each) => each.trim() !== "");
    const left = told.filter((each) => !isWarningOfDrop(each, pending));
    if (left.length === told.length) return comment;
    return left.length === 0 ? "" : `/*\n  Warnings:\n\n${left.map((each) => `  ${each}`).join("")}*/\n`;
  });
}

/**
 * Re-applies the plans to the schema files if a person or a merge reverted them.
 *
 * @returns the message to print; undefined if there is nothing to do
 */
export async function restored({ restore, project }: Change): Promise<string | undefined> {
  if (restore === undefined) return undefined;
  const [{ restoreModels }, { prismaPlugin }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../plugin.js"),
  ]);
  return restoreModels(restore, project, prismaPlugin, await colors());
}

/** What to search for in the code after the command ends. Undefined: nothing. */
export async function noteOf({ added, reshaped, project }: Change) {
  const { root, migrationsFolder, ormVersion, dialect, schemaFiles } = project;
  // Detects generated code by its header: Prisma's parser, which finds the output folders, would delay the CLI.
  const read = {
    root,
    migrationsFolder,
    ormVersion,
    dialect,
    schemaFiles,
    generatedFolders: [],
    developmentUrl: undefined,
  };
  return afterNote({ added, reshaped }, read, fileURLToPath(new URL("../..", import.meta.url)));
}

/** The wrapped config passes on whether the CLI's terminal has colours, and its width. */
export async function colors() {
  const { colorsFor } = await import("@lockstep/core/planning");
  const { LOCKSTEP_COLOR, LOCKSTEP_COLUMNS } = process.env;
  return colorsFor(LOCKSTEP_COLOR === "1", Number(LOCKSTEP_COLUMNS) || undefined);
}

function leftOutText({ name, migration }: UndeclaredIndex): string {
  return `Left out: DROP INDEX "${name}". ${migration} creates it, and the Prisma schema declared it neither then nor in the last commit. To declare it: @@index([…], map: "${name}"). To drop it: write DROP INDEX into a migration of its own`;
}

/** A change of a Prisma schema, as the core queries it. It loads its dependencies on first use. */
class PrismaChange implements OrmChange<SchemaContainer> {
  readonly orm = "prisma";
  /** The provider's dialect; the server's actual one once there is something to judge. */
  dialectId: DialectId;
  readonly words = prismaWords;
  readonly root: string;
  readonly transactions;
  /** Once the SQL was requested: with every planned column in the state of its phase. */
  schema: SchemaContainer;
  /** Once the SQL was requested. */
  pending: readonly Drop[] = [];
  undeclared: readonly UndeclaredIndex[] = [];
  isEmpty = false;
  readonly #source: ChangeSource;

  constructor(source: ChangeSource) {
    this.#source = source;
    this.schema = source.schema;
    this.root = source.project.root;
    this.dialectId = dialectIn(source.schema.files);
    this.transactions = dialectOn(this.dialectId).transactions(source.project.ormVersion);
  }

  async columns() {
    const { toEntityModels } = await import("../schema/entities.js");
    return namedColumns(toEntityModels(this.schema.files));
  }

  async generate(open: OpenPlans | undefined): Promise<Generated> {
    const followed = open && (await (await import("./follow-plans.js")).followPlans(open, this.schema));
    this.schema = followed?.schema ?? this.schema;
    const [reader, sql] = await Promise.all([sqlReader(this.dialectId), this.#source.sqlFor(this.schema)]);
    this.pending = pendingDrops(open?.plans ?? []);
    let migration = reader.readMigration(withoutDrops(sql, this, reader), "migration.sql");
    if (this.#source.canLeaveOut && migration.operations.some(({ kind }) => kind === "dropIndex")) {
      const { undeclaredIndexes } = await import("./undeclared-indexes.js");
      this.undeclared = await undeclaredIndexes(migration, this.#source, reader);
      migration = reader.readMigration(withoutDrops(sql, this, reader), "migration.sql");
    }
    this.isEmpty = migration.operations.length === 0;
    if (!this.isEmpty) this.dialectId = await dialectOn(this.dialectId).serverOf(() => this.connect());
    return { migration, restore: followed?.restore, leftOut: this.undeclared.map(leftOutText) };
  }

  async mentions(words: RegExp) {
    return this.schema.files.some(({ content }) => words.test(content));
  }

  async sources() {
    const [{ columnSources }, { readSchema }] = await Promise.all([
      import("../schema/sources.js"),
      import("../schema/read.js"),
    ]);
    return columnSources(readSchema(this.schema.files), this.#source.project);
  }

  /** Every type that PostgreSQL does not provide is an enum of the schema, a type of an extension, or one named in `Unsupported`. */
  typeKind({ name }: TableName) {
    const isUnsupported = this.schema.files.some(({ content }) =>
      [...content.matchAll(/\bUnsupported\s*\(\s*"((?:[^"\\]|\\.)*)"/g)].some(([, type = ""]) => type.includes(name)),
    );
    return isUnsupported ? undefined : "plain";
  }

  /** To the database in the Prisma config. */
  async connect() {
    const { developmentUrl } = this.#source.project;
    if (developmentUrl === undefined) throw new LockstepError("LS9003", "The Prisma config has no datasource URL.");
    const { connect } = await import("@lockstep/core/planning");
    return connect(developmentUrl, { applicationName: "lockstep plan", needsSession: false });
  }

  async planning() {
    return (await import("./planning.js")).planning(this.#source.project, this.schema);
  }
}
