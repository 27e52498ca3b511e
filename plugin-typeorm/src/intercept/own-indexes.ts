import { concurrentIndex, type MigrationContent, type OperationOf, type Restore, type Verdict } from "@lockstep/core";
import { indexMigration } from "@lockstep/core/planning";
import { listMigrations } from "../migrations/list.js";
import { migrationName, migrationPath, stamps } from "../migrations/names.js";
import { renderMigration } from "../migrations/render.js";
import type { Flavour } from "../project.js";
import type { Interception } from "./interception.js";
import { momentOf, type Output } from "./output.js";
import { type Change, downOwners, toQuery } from "./statements.js";
import { writeRegistered } from "./write-registered.js";

/** One migration of a change that is split into several. */
export interface Part {
  /** The name of its file, if it is not the first. */
  readonly slug: string;
  readonly content: MigrationContent;
}

/**
 * A safe change with indexes that the entity wants built concurrently. TypeORM writes all of it into one class, which fails in a
 * transaction. Here each index has a migration of its own, which works in every transaction mode, can be reverted, and can run twice. The
 * other statements stay in TypeORM's own file.
 */
export class OwnIndexes {
  /** The messages about them. */
  readonly words: readonly string[];
  readonly parts: readonly Part[];

  constructor(change: Change) {
    const indexes = indexesOf(change);
    this.parts = partsOf(change, indexes);
    this.words = indexes.map(
      ({ name, table }) =>
        `The index "${name}" on "${table.name}" has a migration of its own, for every transaction mode: TypeORM's would fail in a transaction.`,
    );
  }

  /** @param restore re-applies the plans to the entities, written together with it */
  output(about: Interception, restore: Restore | undefined): Output {
    let flavour: Flavour = { language: "ts", module: "esm" };
    const text = (name: string, { content }: Part) => renderMigration({ name, content, flavour });
    const [first, ...others] = this.parts;
    return {
      // Read when the CLI requests it: by then `--pretty` has formatted the statements.
      template(migration, given) {
        flavour = given;
        return first === undefined ? "" : text(migration, first);
      },
      async write(file, content) {
        const path = about.fromRoot(file);
        const id = (path.split("/").at(-1) ?? "").replace(/\.[jt]s$/, "");
        const project = about.beside(await about.project(), file, flavour);
        const later = stamps(momentOf(id), listMigrations(project), others.length + 1);
        const beside = others.map((part, index) => {
          const name = migrationName({ id }, later[index + 1] ?? "", part.slug);
          return { file: migrationPath(project, name), after: text(name, part), title: part.content.units[0].title };
        });
        await writeRegistered(project, { own: { file: path, after: content }, beside, restore });
      },
    };
  }
}

function indexesOf({ migration }: Change): OperationOf<"createIndex">[] {
  return migration.statements.flatMap(
    ({ index }) => concurrentIndex(migration.operations.filter(({ statement }) => statement === index)) ?? [],
  );
}

/** TypeORM's own statements, the indexes, and statements that depend on those. */
function partsOf(change: Change, indexes: readonly OperationOf<"createIndex">[]): Part[] {
  const { migration, queries, down } = change;
  const ownerOf = (statement: number): "before" | "after" | undefined => {
    if (indexes.some((index) => index.statement === statement)) return undefined;
    const needsIndex = migration.operations.some(
      (each) =>
        each.statement === statement &&
        each.kind === "addForeignKey" &&
        indexes.some(({ isUnique, table }) => isUnique && table.name === each.references.name),
    );
    return needsIndex ? "after" : "before";
  };
  const owners = migration.statements.map(({ index }) => ownerOf(index));
  const downOwner = downOwners(change, owners);
  const originals = (owner: "before" | "after"): Part[] => {
    const own = [...new Set(queries.filter((_, statement) => owners[statement] === owner))];
    if (own.length === 0) return [];
    const spec = {
      kind: "original" as const,
      sql: "",
      get queries() {
        return own.map(toQuery);
      },
      get down() {
        return down.filter((query) => downOwner(query) === owner).map(toQuery);
      },
    };
    // Never shown: the statements stay in TypeORM's own files.
    const verdict: Verdict = { locks: [], held: "rewrite", concerns: [], doubts: ["statement"] };
    const words = { title: "the statements that come after it", ddl: "", undo: "", verdict };
    return [
      { slug: "original", content: { units: [{ id: owner, phase: "expand", spec, ...words }], sql: "", down: [] } },
    ];
  };
  return [
    ...originals("before"),
    ...indexes.map((index) => ({ slug: "create-index", content: indexMigration(index) })),
    ...originals("after"),
  ];
}
