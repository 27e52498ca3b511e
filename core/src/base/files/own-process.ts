import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * A file of Lockstep's own that runs as a process, with the Node options that it needs: built, or as source, which Node 20 reads only with
 * a loader.
 *
 * @param url `import.meta.url` of a file beside it
 * @example const { file, execArgv } = ownProcess(import.meta.url, "child"); fork(file, [], { execArgv: [...execArgv] });
 */
export function ownProcess(url: string, name: string): { readonly file: string; readonly execArgv: readonly string[] } {
  const isSource = url.endsWith(".ts");
  return {
    file: fileURLToPath(new URL(`./${name}.${isSource ? "ts" : "js"}`, url)),
    execArgv: isSource ? ["--import", pathToFileURL(createRequire(url).resolve("tsx")).href] : [],
  };
}
