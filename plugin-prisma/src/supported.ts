import type { SupportedTool } from "@lockstep/core";

/** For `doctor` and for docs/supported-versions.md. */
export const prismaVersions: SupportedTool = {
  tool: "Prisma",
  tested: "7.10, and 6.19 with its classic engine",
  note: "6.19 needs a prisma.config.ts; see below.",
  ranges: [
    [
      [7, 10],
      [7, 10],
    ],
    [
      [6, 19],
      [6, 19],
    ],
  ],
};

/** What is different in Prisma 6.19, for docs/supported-versions.md. */
export const prismaNotes: readonly string[] = [
  "The project needs a `prisma.config.ts`: it is where `withLockstep` stands. Prisma 6 reads no `.env` then; import it in the config.",
  'The datasource may stand in the schema (`url`, `directUrl`, `shadowDatabaseUrl`, as text or `env("…")`) or in the config with `engine: "classic"`.',
  'With `engine: "js"` Prisma starts no engine process, so Lockstep is never asked; `doctor` says so.',
  'Tested: `migrate dev`, `deploy`, `status`, `generate` and `db pull` over the WebAssembly engine, and a required unique column through all phases with the generator `prisma-client` and `engineType = "client"`.',
  "Other generators need Prisma's query engine, which its CLI downloads by itself: that part is Prisma's own and not covered by the tests.",
  "Without a native engine `migrate diff` takes the database from the schema or the config, not from `--from-url`, `--to-url` or `--shadow-database-url`.",
];
