import type { SupportedTool } from "@lockstep/core";

/** For `doctor` and for docs/supported-versions.md. */
export const typeormVersions: SupportedTool = {
  tool: "TypeORM",
  tested: "1.1, and 0.3.20 to 0.3.31; 0.3.11 through all phases",
  note: "0.3.11 and later and every 1.x are accepted (see below).",
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

/** Specifics of TypeORM, for docs/supported-versions.md. */
export const typeormNotes: readonly string[] = [
  "Tested: 1.1.1, 0.3.31 and 0.3.20; 0.3.11 with active record, ts-node and TypeScript 4.9 through all phases. Lockstep rejects older versions ([LS9053](errors/LS9053.md)).",
  "Runners: tsx, ts-node (`typeorm-ts-node-commonjs`, `typeorm-ts-node-esm`), and node for compiled projects; CommonJS and ESM, TypeScript and JavaScript. In a compiled project Lockstep writes migrations to the sources, and the commands that it prints build them first.",
  "Migrations: by globs or [as classes](configuration.md#migrations-that-are-listed-as-classes).",
  'tsx compiles without decorator metadata, so TypeORM needs the column type in the decorator: `@Column({ type: "varchar" })`. With decorator metadata, Lockstep adds the type when it makes a column optional, because TypeORM reads `string | null` as an object.',
  'Data sources with `type: "postgres"`, `"mysql"` or `"mariadb"`. Lockstep rejects others ([LS9062](errors/LS9062.md)).',
  "One copy of TypeORM for the CLI and the data source ([LS9051](errors/LS9051.md)).",
];
