import type { DatasourceUrls } from "../engine/arguments.js";
import { type SchemaFile, stringValue } from "./model.js";

const names = ["url", "directUrl", "shadowDatabaseUrl"] as const;
/** A line of a datasource block; what is behind the value stays. */
const line = /^([^\S\r\n]*)((url|directUrl|shadowDatabaseUrl)\s*=\s*(env\(\s*"[^"]*"\s*\)|"(?:\\.|[^"\\])*"))/gm;
const body = String.raw`\{(?:"(?:\\.|[^"\\\r\n])*"|//[^\r\n]*|/\*[\s\S]*?\*/|[^}"/]|/(?![/*]))*\}`;
const blockOf = (keyword: string) => new RegExp(String.raw`^[^\S\r\n]*${keyword}\s+[\w-]+\s*${body}`, "gm");

/** Blocks of a schema that are no models. */
export const block = { datasource: blockOf("datasource"), generator: blockOf("generator") };

/**
 * Where Prisma 6 projects say which database they mean: in the datasource block. Migrations go over `directUrl` where there is one,
 * as in Prisma's own engine.
 *
 * @example urlsInSchema(files, process.env).url === "postgresql://…"
 */
export function urlsInSchema(files: readonly SchemaFile[], env: NodeJS.ProcessEnv): DatasourceUrls {
  const found = files.flatMap(({ content }) => content.match(block.datasource) ?? []);
  const settings = new Map(found.flatMap((text) => [...text.matchAll(line)].map((match) => [match[3], match[4]])));
  const [url, directUrl, shadowDatabaseUrl] = names.map((name) => settingValue(settings.get(name), env));
  const direct = directUrl ?? url;
  return {
    ...(direct === undefined ? {} : { url: direct }),
    ...(shadowDatabaseUrl === undefined ? {} : { shadowDatabaseUrl }),
  };
}

/** `env("DATABASE_URL")` or `"postgresql://…"` as the schema writes it. */
function settingValue(text: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const variable = /^env\(\s*"([^"]*)"\s*\)$/.exec(text ?? "")?.[1];
  return (variable === undefined ? stringValue(text) : env[variable]) || undefined;
}

/** A preview feature of Prisma 6 that 7 does not know; of the others, those that became a part of Prisma are only warned about. */
const retired = /,\s*"metrics"|"metrics"\s*,?/g;

/**
 * The files as Prisma 7's parser and engine accept them: they refuse URLs in the schema, and the preview feature `metrics`. Blanks
 * take their place, so that every position in a message stays true.
 */
export function acceptedByPrisma7<F extends { readonly content: string }>(files: readonly F[]): readonly F[] {
  return files.map((file) => {
    const content = file.content
      .replace(block.datasource, (text) =>
        text.replace(line, (_, indent: string, setting: string) => indent + blank(setting)),
      )
      .replace(block.generator, (text) => text.replace(retired, blank));
    return content === file.content ? file : { ...file, content };
  });
}

/** Spaces in place of a text, its lines kept. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, " ");
}

/**
 * The reverse, for what the engine writes (`prisma db pull`): each datasource and generator as it stood in the file of that path. The
 * engine keeps their order.
 */
export function withBlocksOf<F extends { readonly path: string; readonly content: string }>(
  files: readonly F[],
  originals: readonly { readonly path: string; readonly content: string }[],
): readonly F[] {
  return files.map((file) => {
    const original = originals.find(({ path }) => path === file.path);
    if (original === undefined) return file;
    const content = Object.values(block).reduce((text, kind) => {
      const former = original.content.match(kind) ?? [];
      let index = 0;
      return text.replace(kind, (written) => former[index++] ?? written);
    }, file.content);
    return { ...file, content };
  });
}
