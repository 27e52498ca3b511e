import type { SupportedTool } from "@lockstep/core";

/** For `doctor` and for docs/supported-versions.md. */
export const typeormVersions: SupportedTool = {
  tool: "TypeORM",
  tested: "1.1, and 0.3.20 to 0.3.31; 0.3.11 through all phases",
  note: "0.3.11 and later and every 1.x are accepted; see below.",
  ranges: [
    [
      [1, 1],
      [1, 1],
    ],
    [
      [0, 3, 20],
      [0, 3, 31],
    ],
  ],
  accepted: [[0, 3, 11], [1]],
};

/** What is particular to TypeORM, for docs/supported-versions.md. */
export const typeormNotes: readonly string[] = [
  "Tested: 1.1.1, 0.3.31 and 0.3.20; 0.3.11 with active record, ts-node and TypeScript 4.9 through all phases; what is older than 0.3.11 is refused ([LS9053](errors/LS9053.md)).",
  "Run by tsx, by ts-node (`typeorm-ts-node-commonjs`, `typeorm-ts-node-esm`), or compiled by node; CommonJS and ESM, TypeScript and JavaScript. Migrations of a compiled project are written to its sources; every command that is named to you builds them first.",
  "Migrations by globs or [as classes](configuration.md#migrations-that-are-listed-as-classes).",
  'tsx compiles without decorator metadata: there TypeORM itself needs the type of a column in the decorator, `@Column({ type: "varchar" })`. Where types are reflected, Lockstep writes the type down when it makes a column optional, because of `string | null` TypeORM sees an object.',
  'Data sources with `type: "postgres"`, `"mysql"` or `"mariadb"`; any other is refused ([LS9062](errors/LS9062.md)).',
  "One copy of TypeORM in the tree, for the CLI and for the data source ([LS9051](errors/LS9051.md)).",
];
