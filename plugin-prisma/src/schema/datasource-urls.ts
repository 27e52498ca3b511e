import type { DatasourceUrls } from "../engine/arguments.js";
import { block, urlLine } from "./blocks.js";
import { type SchemaFile, stringValue } from "./model.js";

const names = ["url", "directUrl", "shadowDatabaseUrl"] as const;

/**
 * Where Prisma 6 projects define their database: in the datasource block. Migrations use `directUrl` if there is one, as in Prisma's own
 * engine.
 *
 * @example urlsInSchema(files, process.env).url === "postgresql://…"
 */
export function urlsInSchema(files: readonly SchemaFile[], env: NodeJS.ProcessEnv): DatasourceUrls {
  const found = files.flatMap(({ content }) => content.match(block.datasource) ?? []);
  const settings = new Map(found.flatMap((text) => [...text.matchAll(urlLine)].map((match) => [match[3], match[4]])));
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
