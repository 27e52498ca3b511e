import { createRequire } from "node:module";
import { assertInstalled, LockstepError, refuseConflicts } from "@lockstep/core";
import { attempt, isSyntaxError } from "@lockstep/core/text";
import type { Datamodel } from "@prisma/dmmf";
import type { EnvValue, GeneratorConfig } from "@prisma/generator";
import { acceptedByPrisma7 } from "./accepted-by-7.js";
import { blank, block } from "./blocks.js";
import type { SchemaFile } from "./model.js";

type Files = readonly SchemaFile[];

/** `generator` and `datasource` blocks as Prisma reads them. */
export interface SchemaConfig {
  readonly generators: readonly (Omit<GeneratorConfig, "output"> & { readonly output: EnvValue | null })[];
  readonly datasources: readonly { readonly provider: string }[];
}

/**
 * The schema as Prisma's own parser understands it: models, enums, defaults, keys and types, without what the generated client lacks
 * (`@ignore`, `Unsupported`). It has no positions: `readSchema` finds them, and both have to agree on what is edited (`assertSameReading`).
 *
 * @throws LockstepError LS8012 when Prisma rejects the schema · LS8027 because of conflict markers
 * @example parseSchema(schemaFiles(project)).models.find(({ name }) => name === "User")
 */
export function parseSchema(files: Files): Datamodel {
  // The same edit is checked when it is planned and again when it is written.
  const key = files.map(({ path, content }) => `${path}\0${content}`).join("\0");
  const known = lastRead.find((entry) => entry.key === key);
  if (known !== undefined) return known.model;
  const plain = acceptedByPrisma7(files).map(({ path, content }) => [path, content.replace(block.generator, blank)]);
  const { get_datamodel, preview_features } = parser();
  // Prisma 6 and 7 have different preview features, and reject unknown ones in a generator: this enables all of the installed version.
  const features = `generator all {\n  provider = "none"\n  previewFeatures = ${preview_features()}\n}\n`;
  let model: Datamodel;
  try {
    // It validates as `prisma validate` does, and returns no query schema, which is 25 MB of JSON for 300 models.
    model = JSON.parse(get_datamodel(parameters([...plain, ["", features]])));
  } catch (cause) {
    refuseConflicts(files);
    const text = reason(cause);
    throw new LockstepError("LS8012", `Prisma rejects the schema:\n${text}`, { cause, details: firstPlace(text) });
  }
  lastRead = [{ key, model }, ...lastRead].slice(0, 2);
  return model;
}

let lastRead: readonly { readonly key: string; readonly model: Datamodel }[] = [];

/** Generators and datasources, also of a schema that is invalid elsewhere, and in files that are a part of one. */
export function parseConfig(files: Files): SchemaConfig {
  const plain = acceptedByPrisma7(files).map(({ path, content }) => [path, content]);
  return (JSON.parse(parser().get_config(parameters(plain))) as { config: SchemaConfig }).config;
}

/** `"../generated"` or `env("OUTPUT")`. */
export function envValue(value: EnvValue | null): string | undefined {
  return (value?.fromEnvVar == null ? value?.value : process.env[value.fromEnvVar]) ?? undefined;
}

/** The parser that @prisma/internals wraps, without the 0.4 s and 51 MB of loading that. Synchronous, 20 ms. */
function parser(): typeof import("@prisma/prisma-schema-wasm") {
  assertInstalled("@prisma/prisma-schema-wasm", import.meta.url);
  return createRequire(import.meta.url)("@prisma/prisma-schema-wasm");
}

function parameters(prismaSchema: readonly (readonly string[])[]): string {
  return JSON.stringify({ prismaSchema, noColor: true });
}

/** The first error in Prisma's text: `{ what: 'Type "Strin" is …', file: "prisma/schema.prisma", line: 20 }`. */
function firstPlace(text: string): Readonly<Record<string, unknown>> {
  const [, what, file, line] = /^(?:error: )?(.*)(?:[\s\S]*?^ *-->\s+(.+):(\d+)$)?/m.exec(text) ?? [];
  return { what, ...(file !== undefined && { file, line: Number(line) }) };
}

/** The parser throws a JSON document; a panic throws plain text. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return attempt(() => JSON.parse(text) as { message?: string } | null, isSyntaxError)?.message ?? text;
}
