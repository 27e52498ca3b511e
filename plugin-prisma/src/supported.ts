import type { SupportedTool } from "@lockstep/core";

/** For `doctor` and for docs/supported-versions.md. */
export const prismaVersions: SupportedTool = {
  tool: "Prisma",
  tested: "7.10, and 6.19 with its classic engine",
  note: "7.10.0 and 7.10.1, also the CLI 7.10.1 with the client 7.10.0. 6.13 and later and every 7.x are accepted (see below).",
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
  // From 6.13 on a config is read without `earlyAccess`. 6.13 and 6.16 completed all phases, 7.0, 7.4, 7.6 and 7.8 planned `migrate dev`.
  accepted: [[6, 13], [7]],
};

/** For each major version, the version that the tests install. */
export const testedVersions = { six: "6.19.3", seven: "7.10.0" } as const;

/** The differences of Prisma 6.19, for docs/supported-versions.md. */
export const prismaNotes: readonly string[] = [
  "The project needs a `prisma.config.ts`, which starts Lockstep. [`npx lockstep init` creates it](configuration.md#prisma-6). Versions before 6.13 read it only with experimental flags ([LS8026](errors/LS8026.md)).",
  'The datasource can be in the schema (`url`, `directUrl`, `shadowDatabaseUrl`, as text or `env("…")`) or in the config with `engine: "classic"`.',
  'With `engine: "js"` Prisma starts no engine process, so Lockstep does not run. `doctor` reports it.',
  'Tested: `migrate dev`, `deploy`, `status`, `generate` and `db pull` with the WebAssembly engine, and a required unique column through all phases with the generator `prisma-client` and `engineType = "client"`.',
  "Not tested: other generators. They need Prisma's query engine, which its CLI downloads.",
  "Without a native engine, `migrate diff` takes the database from the schema or the config, not from `--from-url`, `--to-url` or `--shadow-database-url`.",
];

/** For docs/supported-versions.md. */
export const prisma8Notes: readonly string[] = [
  "Not supported, including its release candidates. Lockstep recognises it by `@prisma/cli-engine` in the dependencies of `prisma`, not by the version: 8.1.0-dev is a build of the line of Prisma 7.",
  "In a Prisma 8 project, every command that opens the project ends with [LS9024](errors/LS9024.md) and changes nothing. `lockstep prisma …` passes other commands than `migrate dev` to Prisma.",
  "`lockstep check` reports that it did not check the operations of Prisma 8 (`ops.json`). It still checks SQL files that you name.",
  "In a workspace, packages with Prisma 6.13 to 7 work next to a package with Prisma 8, if each has its own `prisma`.",
  "Without Lockstep's tests: Prisma 7 can migrate a database for a Prisma 8 client. Prisma's `prisma7Schema` makes the contract of the client from the Prisma 7 schema, and `prisma db sign` accepts the database after each change.",
];

/** The provider `mysql`: what the tests run, and what they simulate. */
export const prismaMysqlNotes: readonly string[] = [
  "The provider `mysql` means either server. Lockstep detects which one the development database is, and plans for it.",
  "Prisma's native schema engine is required, because its WebAssembly build connects only to PostgreSQL. Without it, `migrate` and `db` commands fail with [LS9004](errors/LS9004.md). `lockstep rewrite`, `lockstep check`, `prisma validate` and `prisma generate` work without it.",
  "Tested on MariaDB 10.11 in every test run, and on MySQL 9.7 every night: the stock CLI of 7.10 with `migrate dev`, `deploy` and `resolve`, and the migrations of a plan through all phases and back. In each phase, clients from before and after the change run with `@prisma/adapter-mariadb`. The final tables equal those of Prisma's own SQL.",
  "Simulated: the engine. A substitute in the tests implements its protocol, its lock and its table `_prisma_migrations`. It sends a file in one message, and writes SQL in the forms of the engine's public source. If `PRISMA_SCHEMA_ENGINE_BINARY` names a real engine, the tests use that.",
  "Not tested: how the engine compares a database with the models. According to its source, it reads only the database of its URL and no triggers. So it does not see the ledger in the separate database `lockstep`.",
  "Prisma's URLs for MySQL set no lock timeout. In `lockstep deploy`, your own migrations wait for locks up to the limit of the server, and Lockstep reports that. Migrations of a plan have their own limit.",
];
