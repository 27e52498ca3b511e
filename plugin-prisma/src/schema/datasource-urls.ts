import type { DatasourceUrls } from "../engine/arguments.js";
import type { SchemaFile } from "./model.js";
import { readSchema } from "./read.js";

const names = ["url", "directUrl", "shadowDatabaseUrl"] as const;
/** A line of a datasource block; what is behind the value stays. */
const line = /^([^\S\r\n]*)((?:url|directUrl|shadowDatabaseUrl)\s*=\s*(?:env\(\s*"[^"]*"\s*\)|"(?:\\.|[^"\\])*"))/gm;
const block = /^[^\S\r\n]*datasource\s+[\w-]+\s*\{[^}]*\}/gm;

/**
 * Where Prisma 6 projects say which database they mean: in the datasource block. Migrations go over `directUrl` where there is one,
 * as in Prisma's own engine.
 *
 * @example urlsInSchema(files, process.env).url === "postgresql://…"
 */
export function urlsInSchema(files: readonly SchemaFile[], env: NodeJS.ProcessEnv): DatasourceUrls {
  const settings = readSchema(files).settings.find(({ kind }) => kind === "datasource")?.settings ?? {};
  const [url, directUrl, shadowDatabaseUrl] = names.map((name) => settingValue(settings[name], env));
  const direct = directUrl ?? url;
  return {
    ...(direct === undefined ? {} : { url: direct }),
    ...(shadowDatabaseUrl === undefined ? {} : { shadowDatabaseUrl }),
  };
}

/** `env("DATABASE_URL")` or `"postgresql://…"` as the schema writes it. */
function settingValue(text: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const variable = /^env\(\s*"([^"]*)"\s*\)$/.exec(text ?? "")?.[1];
  if (variable !== undefined) return env[variable] || undefined;
  try {
    return text === undefined ? undefined : (JSON.parse(text) as string) || undefined;
  } catch {
    return undefined;
  }
}

/**
 * The files as Prisma 7's parser and engine accept them: they refuse URLs in the schema. Blanks take their place, so that every
 * position in a message stays true.
 */
export function withoutUrls<F extends { readonly content: string }>(files: readonly F[]): readonly F[] {
  return files.map((file) => {
    const content = file.content.replace(block, (text) =>
      text.replace(line, (_, indent: string, setting: string) => indent + " ".repeat(setting.length)),
    );
    return content === file.content ? file : { ...file, content };
  });
}

/** The reverse, for what the engine writes (`prisma db pull`): each datasource block as it stood in the file of that path. */
export function withUrlsOf<F extends { readonly path: string; readonly content: string }>(
  files: readonly F[],
  originals: readonly { readonly path: string; readonly content: string }[],
): readonly F[] {
  return files.map((file) => {
    const former = originals.find(({ path }) => path === file.path)?.content.match(block)?.[0];
    return former === undefined ? file : { ...file, content: file.content.replace(block, () => former) };
  });
}
