import type { Flavour } from "../project.js";

/** The differences between the languages of a migration. The rest of its text is the same. */
export interface Language {
  /** The lines above the class. */
  readonly imports: string;
  /** `export class AddHandle1763648123456 implements MigrationInterface` */
  classHead(name: string): string;
  /** The end of the class: an assignment has a semicolon. */
  readonly classEnd: string;
  /** A parameter of a function: `queryRunner: QueryRunner`. */
  typed(name: string, type: string): string;
  /** The text after the parameters: `: Promise<void>`. */
  returns(type: string): string;
  /** A query's result is `any`, which type-aware linters report: `(await query()) as Row[]`. */
  answer(query: string, type: string): string;
  /** `public ` */
  readonly access: string;
}

const typescript: Language = {
  // Only types: the file then loads however the project treats unused imports (`verbatimModuleSyntax`).
  imports: `import type { MigrationInterface, QueryRunner } from "typeorm";`,
  classHead: (name) => `export class ${name} implements MigrationInterface`,
  classEnd: "}",
  typed: (name, type) => `${name}: ${type}`,
  returns: (type) => `: ${type}`,
  answer: (query, type) => `(await ${query}) as ${type}`,
  access: "public ",
};

const javascript = (exported: string): Language => ({
  imports: `/** @typedef {import("typeorm").QueryRunner} QueryRunner */`,
  classHead: (name) => `${exported} class ${name}`,
  classEnd: exported.endsWith("=") ? "};" : "}",
  typed: (name, type) => `/** @type {${type}} */ ${name}`,
  returns: () => "",
  answer: (query) => `await ${query}`,
  access: "",
});

/** The language of a project's migrations, as in TypeORM's own templates. */
export function languageOf({ language, module }: Flavour): Language {
  if (language === "ts") return typescript;
  return javascript(module === "esm" ? "export" : "module.exports =");
}
