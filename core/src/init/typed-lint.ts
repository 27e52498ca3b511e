import { spawnSync } from "node:child_process";
import { dirname, join, relative } from "node:path";
import picomatch from "picomatch";
import { isDeclared } from "../files/declared.js";
import { folderWith, resolveFrom } from "../formatters/project-tools.js";

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
  try {
    const program = join(dirname(resolveFrom(root, "eslint/package.json")), "bin/eslint.js");
    const path = join(root, file);
    const args = [program, "--print-config", path];
    // For a file that is ignored it prints "undefined".
    const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", timeout: 30_000 });
    const { languageOptions, parserOptions = languageOptions?.parserOptions } = JSON.parse(stdout) as PrintedConfig;
    const { project, projectService, tsconfigRootDir = cwd } = parserOptions ?? {};
    if (typeof projectService !== "object" || projectService === null) return isSet(projectService) || isSet(project);
    const place = relative(tsconfigRootDir, path).replaceAll("\\", "/");
    const { allowDefaultProject = [] } = projectService;
    return allowDefaultProject.length === 0 || !picomatch.isMatch(place, [...allowDefaultProject]);
  } catch {
    return false;
  }
}

const isSet = (value: unknown) => value !== undefined && value !== false && value !== null;

/** Flat, or of `.eslintrc`. */
interface PrintedConfig {
  readonly languageOptions?: { readonly parserOptions?: ParserOptions };
  readonly parserOptions?: ParserOptions;
}

interface ParserOptions {
  readonly project?: unknown;
  readonly projectService?: boolean | { readonly allowDefaultProject?: readonly string[] } | null;
  readonly tsconfigRootDir?: string;
}
