import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Formatter } from "./formatter.js";
import { each, filter, folderWith, resolveFrom, standIn } from "./project-tools.js";

const settings = ["dprint.json", "dprint.jsonc", ".dprint.json", ".dprint.jsonc"];

export default {
  name: "dprint",
  find(root) {
    const cwd = folderWith(root, settings);
    if (cwd === undefined) return undefined;
    const folder = dirname(resolveFrom(root, "dprint/package.json"));
    const binary = join(folder, process.platform === "win32" ? "dprint.exe" : "dprint");
    // The script downloads the binary if install scripts are disabled.
    const program = existsSync(binary) ? ([binary] as const) : ([process.execPath, join(folder, "bin.cjs")] as const);
    return {
      key: [cwd, ...program].join("\0"),
      format: (files, signal) =>
        each(files, ({ path, text }) => {
          // With its full path, a file that the settings exclude stays unchanged. dprint rejects a path that does not exist.
          const known = standIn(path);
          const args = ["fmt", "--stdin", existsSync(known) ? known : basename(known)] as const;
          return filter([...program, ...args], text, { cwd, signal });
        }),
    };
  },
} satisfies Formatter;
