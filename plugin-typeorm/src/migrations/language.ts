import type { Flavour } from "../project.js";

/** What differs between the languages of a migration. The rest of its text is the same. */
export interface Language {
  /** What stands above the class. */
  readonly imports: string;
  /** `export class AddHandle1763648123456 implements MigrationInterface` */
  classHead(name: string): string;
  /** What ends the class: an assignment has a semicolon. */
  readonly classEnd: string;
  /** A parameter of a function: `queryRunner: QueryRunner`. */
  typed(name: string, type: string): string;
  /** What follows the parameters: `: Promise<void>`. */
  returns(type: string): string;
  /** What a query answers is `any`, which linters that ask the compiler mind: `(await query()) as Row[]`. */
  answer(query: string, type: string): string;
  /** `public ` */
  readonly access: string;
}

const typescript: Language = {
  // Types alone: the file then loads however the project treats imports that nothing evaluates (`verbatimModuleSyntax`).
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

/** The language of a project's migrations, as TypeORM's own templates have it. */
export function languageOf({ language, module }: Flavour): Language {
  if (language === "ts") return typescript;
  return javascript(module === "esm" ? "export" : "module.exports =");
}
