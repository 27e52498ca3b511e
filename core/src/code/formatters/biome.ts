import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { relative } from "node:path";
import { resolvedFrom } from "../../base/files/installed.js";
import type { Formatter, ProjectFormatter } from "./formatter.js";
import { each, filter, folderWith, resolveFrom, standIn } from "./project-tools.js";

const settings = ["biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc"];

/** `biome check` without its linter: the layout, and the order of imports if the settings require one. */
export default {
  name: "biome",
  find: (root) => biomeCheck(root, { options: ["--linter-enabled=false"] }),
} satisfies Formatter;

/**
 * `biome check --write` of the project's own version.
 *
 * @param only the files to check; default: all
 * @throws if the project has settings for it and it is not installed
 */
export function biomeCheck(
  root: string,
  { options = [], only }: { readonly options?: readonly string[]; readonly only?: RegExp },
): ProjectFormatter | undefined {
  const cwd = folderWith(root, settings);
  if (cwd === undefined) return undefined;
  const program = programOf(resolveFrom(root, "@biomejs/biome/package.json"));
  return {
    key: [cwd, ...program].join("\0"),
    format: (files, signal) =>
      each(files, async ({ path, text }) => {
        if (only?.test(path) === false) return undefined;
        const file = relative(cwd, standIn(path));
        return filter([...program, "check", "--write", ...options, `--stdin-file-path=${file}`], text, { cwd, signal });
      }),
  };
}

/** The binary for this platform. The package's own script also finds it, but costs a Node process each time. */
function programOf(manifest: string): readonly [string, ...string[]] {
  const require = createRequire(manifest);
  for (const variant of ["", "-musl"]) {
    const name = `@biomejs/cli-${process.platform}-${process.arch}${variant}`;
    const file = `${name}/biome${process.platform === "win32" ? ".exe" : ""}`;
    const binary = resolvedFrom(manifest, file);
    if (binary !== undefined && existsSync(binary)) return [binary];
  }
  return [process.execPath, require.resolve("./bin/biome")];
}
