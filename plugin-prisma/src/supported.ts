import type { SupportedTool } from "@lockstep/core";

/** For `doctor` and for docs/supported-versions.md. */
export const prismaVersions: SupportedTool = {
  tool: "Prisma",
  tested: "7.10, and 6.19 with its classic engine",
  note: "7.10.0 and 7.10.1, also the CLI 7.10.1 beside the client 7.10.0. 6.13 and later and every 7.x are accepted; see below.",
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
  // From 6.13 on a config is read without `earlyAccess`. 6.13 and 6.16 went through all phases, 7.0, 7.4, 7.6 and 7.8 planned `migrate dev`.
  accepted: [[6, 13], [7]],
};

/** Of each major version the one that the tests install. */
export const testedVersions = { six: "6.19.3", seven: "7.10.0" } as const;

/** What is different in Prisma 6.19, for docs/supported-versions.md. */
export const prismaNotes: readonly string[] = [
  "The project needs a `prisma.config.ts`, which starts Lockstep. [`npx lockstep init` writes it](configuration.md#prisma-6) where there is none. Versions before 6.13 read no such file without experimental flags ([LS8026](errors/LS8026.md)).",
  'The datasource may stand in the schema (`url`, `directUrl`, `shadowDatabaseUrl`, as text or `env("…")`) or in the config with `engine: "classic"`.',
  'With `engine: "js"` Prisma starts no engine process, so Lockstep is never asked; `doctor` says so.',
  'Tested: `migrate dev`, `deploy`, `status`, `generate` and `db pull` over the WebAssembly engine, and a required unique column through all phases with the generator `prisma-client` and `engineType = "client"`.',
  "Other generators need Prisma's query engine, which its CLI downloads by itself: that part is Prisma's own and not covered by the tests.",
  "Without a native engine `migrate diff` takes the database from the schema or the config, not from `--from-url`, `--to-url` or `--shadow-database-url`.",
];

/** The same of the provider `mysql`: what was run, and what only stood in for it. */
export const prismaMysqlNotes: readonly string[] = [
  "One provider, `mysql`, stands for two servers: the development database says which of them it is, and the plan is for that one.",
  "Prisma's native schema engine has to be there: its WebAssembly build is connected to PostgreSQL only. Where it is missing, `migrate` and `db` commands say so ([LS9004](errors/LS9004.md)); `lockstep rewrite`, `lockstep check`, `prisma validate` and `prisma generate` work without it.",
  "Run on MariaDB 10.11, by every test run, and on MySQL 9.7, every night: the stock CLI of 7.10 with `migrate dev`, `deploy` and `resolve`, the migrations of a plan through all phases and back, and a client over `@prisma/adapter-mariadb` from before and after the change in each phase. At the end the tables are those that Prisma's own SQL makes.",
  "Replayed: the engine. The tests have a stand-in that speaks its protocol, has its lock and its table `_prisma_migrations`, sends a file as one text as it does, and writes the SQL of a change in the forms of its public source. Where PRISMA_SCHEMA_ENGINE_BINARY names a real engine, they use that.",
  "Not run: what the engine itself finds when it compares a database with the models. By its source it looks at the one database of its URL, so the ledger, a database `lockstep` beside it, is none of its affairs, and it looks at no triggers.",
  "Prisma's URLs for MySQL set no lock timeout: with `lockstep deploy` migrations of your own wait for locks as long as the server lets them, and you are told so. Those of a plan have their own limit.",
];
