/** The process that Prettier runs in: its first argument is the module. */

import { pathToFileURL } from "node:url";
import { watchWork } from "../../../base/at-work.js";
import { handledElsewhere } from "../../../base/expected-errors.js";
import type { PrettierAnswer, PrettierOrder } from "./order.js";

/** The API that versions 2 and 3 share, if results are always awaited. */
interface Prettier {
  resolveConfig(path: string, options: object): Promise<{ readonly plugins?: readonly unknown[] } | null>;
  getFileInfo(
    path: string,
    options: object,
  ): Promise<{ readonly ignored: boolean; readonly inferredParser: string | null }>;
  format(text: string, options: object): string | Promise<string>;
}

// A busy plugin does not notice that its parent has ended.
watchWork({ descriptor: 2, afterParentMs: 0 });
const loading = load(process.argv[2] ?? "");
// Reported with the first order.
loading.catch(handledElsewhere);

process.on("message", async (order: PrettierOrder) => {
  process.send?.(await answerTo(order));
});
// The parent has ended.
process.on("disconnect", () => process.exit());

async function load(module: string): Promise<Prettier> {
  const loaded = await import(pathToFileURL(module).href);
  const prettier: Prettier = loaded.default ?? loaded;
  try {
    // The first text that needs a parser loads it.
    await prettier.format(";", { parser: "typescript" });
  } catch {
    // A project's own plugins may parse TypeScript.
  }
  return prettier;
}

async function answerTo({ ignoreFiles, files }: PrettierOrder): Promise<PrettierAnswer> {
  try {
    const prettier = await loading;
    const texts: PrettierAnswer["texts"][number][] = [];
    for (const { path, text } of files) texts.push(await formatted(prettier, path, text, ignoreFiles));
    return { texts };
  } catch (error) {
    return { texts: [], error: describeError(error) };
  }
}

async function formatted(prettier: Prettier, path: string, text: string, ignoreFiles: readonly string[]) {
  // Unreadable settings are not an error of this file.
  const options = (await prettier.resolveConfig(path, { editorconfig: true })) ?? {};
  // Version 2 accepts one ignore file at a time.
  for (const ignorePath of [undefined, ...ignoreFiles]) {
    const { plugins = [] } = options;
    const { ignored, inferredParser } = await prettier.getFileInfo(path, { ignorePath, plugins, resolveConfig: true });
    if (ignored || inferredParser === null) return null;
  }
  try {
    return await prettier.format(text, { ...options, filepath: path });
  } catch (error) {
    // A text that it cannot parse stays unchanged. A plugin may fail on any input.
    return error instanceof Error && error.name === "SyntaxError" ? null : { error: describeError(error) };
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}
