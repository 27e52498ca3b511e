import { spawnSync } from "node:child_process";
import { dirname, join, relative } from "node:path";
import picomatch from "picomatch";
import { attempt, isSyntaxError } from "../../base/expected-errors.js";
import { isDeclared } from "../../base/files/declared.js";
import { resolvedFrom } from "../../base/files/installed.js";
import { folderWith } from "../../code/formatters/project-tools.js";

const settings = [
  ...["js", "mjs", "cjs", "ts", "mts", "cts"].map((extension) => `eslint.config.${extension}`),
  ...["", ".js", ".cjs", ".mjs", ".json", ".yaml", ".yml"].map((extension) => `.eslintrc${extension}`),
];

/**
 * Whether the project's ESLint reads a file with the types of a tsconfig.json, and would refuse one that no tsconfig.json takes in. The
 * file need not be there.
 *
 * @param file from the root
 * @returns false as well where ESLint cannot be asked
 */
export function needsProgram(root: string, file: string): boolean {
  const cwd = folderWith(root, settings);
  if (cwd === undefined || !isDeclared(root, "eslint")) return false;
  const manifest = resolvedFrom(join(root, "package.json"), "eslint/package.json");
  if (manifest === undefined) return false;
  const path = join(root, file);
  const args = [join(dirname(manifest), "bin/eslint.js"), "--print-config", path];
  const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", timeout: 30_000 });
  // For a file that is ignored it prints "undefined".
  const config = attempt(() => JSON.parse(stdout) as PrintedConfig | null, isSyntaxError) ?? {};
  const { project, projectService, tsconfigRootDir } =
    config.parserOptions ?? config.languageOptions?.parserOptions ?? {};
  if (typeof projectService !== "object" || projectService === null) return isSet(projectService) || isSet(project);
  const place = relative(typeof tsconfigRootDir === "string" ? tsconfigRootDir : cwd, path).replaceAll("\\", "/");
  const patterns = [projectService.allowDefaultProject].flat().filter((each) => typeof each === "string");
  return patterns.length === 0 || !picomatch.isMatch(place, patterns);
}

const isSet = (value: unknown) => value !== undefined && value !== false && value !== null;

/** Flat, or of `.eslintrc`. */
interface PrintedConfig {
  readonly languageOptions?: { readonly parserOptions?: ParserOptions };
  readonly parserOptions?: ParserOptions;
}

interface ParserOptions {
  readonly project?: unknown;
  readonly projectService?: boolean | { readonly allowDefaultProject?: unknown } | null;
  readonly tsconfigRootDir?: unknown;
}
