/** The packages as they are published, made once a run. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

let packed: Readonly<Record<string, string>> | undefined;

/** Tarballs by the names of their packages: "@lockstep/core" → "/tmp/…/lockstep-core-0.1.0.tgz". */
export function tarballs(): Readonly<Record<string, string>> {
  packed ??= pack();
  return packed;
}

function pack(): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-packed-"));
  const script = fileURLToPath(new URL("../../scripts/pack.mjs", import.meta.url));
  execFileSync(process.execPath, [script, folder], { stdio: ["ignore", "ignore", "inherit"] });
  const files = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  return Object.fromEntries(
    files.map((file) => [`@lockstep/${/^lockstep-(.*)-\d/.exec(file)?.[1]}`, join(folder, file)]),
  );
}
