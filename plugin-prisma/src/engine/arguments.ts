/** The command line with which the Prisma CLI starts a schema engine. */

/** As the CLI passes it in `--datasource`. */
export interface DatasourceUrls {
  readonly url?: string;
  readonly shadowDatabaseUrl?: string;
}

export type EngineArguments =
  | { readonly kind: "version" }
  | { readonly kind: "cli"; readonly command: string; readonly datasource: DatasourceUrls }
  | { readonly kind: "rpc"; readonly datamodelPaths: readonly string[]; readonly datasource: DatasourceUrls };

/**
 * Parses the arguments after the executable's name. Options that this proxy does not use (`--enabled-preview-features`,
 * `--extension-types`) are skipped with their value.
 */
export function parseArguments(args: readonly string[]): EngineArguments {
  const datamodelPaths: string[] = [];
  const words: string[] = [];
  let datasource: DatasourceUrls = {};
  for (let index = 0; index < args.length; index += 1) {
    const [name = "", inline] = splitOption(args[index] ?? "");
    if (name === "--version" || name === "-V") return { kind: "version" };
    if (!name.startsWith("-")) {
      words.push(name);
      continue;
    }
    const value = inline ?? args[++index] ?? "";
    if (name === "--datamodels" || name === "--datamodel" || name === "-d") datamodelPaths.push(value);
    if (name === "--datasource") datasource = parseDatasource(value);
  }
  if (words[0] === "cli") return { kind: "cli", command: words[1] ?? "", datasource };
  return { kind: "rpc", datamodelPaths, datasource };
}

function splitOption(word: string): [name: string, inline?: string] {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}

function parseDatasource(text: string): DatasourceUrls {
  // Prisma 6 passes the bare URL to `cli` commands.
  if (!text.trimStart().startsWith("{")) return text === "" ? {} : { url: text };
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return {};
  const { url, shadowDatabaseUrl } = value as Record<string, unknown>;
  return {
    ...(typeof url === "string" && url !== "" ? { url } : {}),
    ...(typeof shadowDatabaseUrl === "string" && shadowDatabaseUrl !== "" ? { shadowDatabaseUrl } : {}),
  };
}
