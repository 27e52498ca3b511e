import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WriteValue } from "../../../core/src/model/index.js";

export type Files = readonly { readonly file: string; readonly text: string }[];

/** What `case.json` says: the column that the project gets. */
export interface CaseOptions {
  readonly orm: "prisma" | "typeorm";
  readonly model: string;
  readonly field: string;
  /** SQL that fills it. */
  readonly fill?: string;
  /** TypeScript that writes it. Without either the model's own default does. */
  readonly write?: string;
  readonly exposure?: "internal" | "exposed";
  /** No phase makes it required: NULL is one of its values. */
  readonly staysOptional?: true;
  /** The columns that a person calls it like. */
  readonly like?: readonly string[];
  /** Keys of places that are chosen although nobody would tick them. */
  readonly also?: readonly string[];
  /** Keys of places that a person unticks. */
  readonly not?: readonly string[];
  /** The module of the generated client, from the root of the project. Default: `@prisma/client`. */
  readonly client?: string;
  /** Other schemas of the project, and the modules of the clients that they generate. */
  readonly otherClients?: Readonly<Record<string, string>>;
  readonly lineEnds?: "\r\n";
  /** Nothing is installed: the edits rely on names alone. */
  readonly types?: false;
}

/** A small project in `test/scenarios/code/<name>/input`. */
export interface Case extends CaseOptions {
  readonly name: string;
  readonly folder: string;
  readonly input: Files;
  readonly value: WriteValue;
}

const gallery = fileURLToPath(new URL("../../scenarios/code/", import.meta.url));

/** All projects of the gallery, in the order of their names. */
export function readCases(): readonly Case[] {
  return readdirSync(gallery, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readCase(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function readCase(name: string): Case {
  const folder = join(gallery, name);
  const options: CaseOptions = JSON.parse(readFileSync(join(folder, "case.json"), "utf8"));
  const input = filesIn(join(folder, "input")).map(({ file, text }) => ({
    file,
    text: options.lineEnds === undefined ? text : text.replaceAll("\n", options.lineEnds),
  }));
  return { ...options, name, folder, input, value: writeValueOf(options) };
}

/** The files of each schema; the project's own schema is first. */
export function schemasOf({ input, otherClients = {} }: Case): readonly (readonly string[])[] {
  const files = input.map(({ file }) => file).filter((file) => file.endsWith(".prisma"));
  const own = files.filter((file) => otherClients[file] === undefined);
  return [own, ...Object.keys(otherClients).map((file) => [file])].filter((schema) => schema.length > 0);
}

function writeValueOf({ fill, write }: CaseOptions): WriteValue {
  if (write !== undefined) return { kind: "typescript", text: write };
  return fill === undefined ? { kind: "none" } : { kind: "sql", sql: fill };
}

function filesIn(folder: string): Files {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ file: path.slice(folder.length + 1), text: readFileSync(path, "utf8") }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
