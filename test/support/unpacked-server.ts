/** A server of Debian's packages (`debian-packages.ts`): in a folder that its account can read, and with its own C library. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Account } from "../../core/src/rehearsal/server/account.js";
import { cacheFor, moveTo } from "./debian-packages.js";

/**
 * The folder of a cache, or a copy where the account cannot read it: a clone below /root is closed to everybody else.
 * @param name as `cacheFor` takes it
 */
export function readableBy(account: Account | undefined, name: string): string {
  const cache = cacheFor(name);
  const canRead = () => spawnSync("test", ["-r", join(cache, "usr/sbin")], { cwd: "/", ...account });
  if (account === undefined || canRead().status === 0) return cache;
  const copy = join(tmpdir(), `lockstep-${name}-${createHash("sha256").update(cache).digest("hex").slice(0, 12)}`);
  if (existsSync(copy)) {
    // The temporary folder belongs to everybody: binaries that someone else put there are not run.
    if (statSync(copy).uid !== process.getuid?.()) throw new Error(`${copy} belongs to someone else`);
    return copy;
  }
  const draft = mkdtempSync(`${copy}-`);
  spawnSync("cp", ["-a", `${cache}/.`, draft]);
  spawnSync("chmod", ["-R", "a+rX", draft]);
  moveTo(draft, copy);
  return copy;
}

/**
 * A folder with a server of another Debian. Its C library is newer than the system's: its own loader runs it, whose libraries nothing
 * else may find.
 * @param name as `cacheFor` takes it
 * @param program `mysqld`
 */
export function withOwnLoader(account: Account | undefined, name: string, program: string): string {
  const root = readableBy(account, name);
  const folder = join(root, "own");
  const launcher = join(folder, "bin", program);
  if (existsSync(launcher)) return folder;
  for (const each of ["share/mysql", "share/mariadb", "lib/mysql"]) {
    mkdirSync(dirname(join(folder, each)), { recursive: true });
    symlinkSync(join("../../usr", each), join(folder, each));
  }
  mkdirSync(dirname(launcher), { recursive: true });
  writeFileSync(launcher, launcherOf(program));
  chmodSync(launcher, 0o755);
  return folder;
}

const launcherOf = (program: string) => `#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
for loader in "$root"/usr/lib/*/ld-linux-*.so.*; do
  exec "$loader" --library-path "$(dirname "$loader")" "$root/usr/sbin/${program}" "$@"
done
`;
