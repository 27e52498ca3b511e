import { readFileSync } from "node:fs";

/** In the form of `spawn`. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account that runs a database server if we are root, which servers reject: `postgres`, else `nobody`.
 * @returns undefined when we are not root: then the server runs as we do
 * @throws Error if neither account exists
 */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const user = users.find((fields) => fields[0] === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Error("A database server does not run as root, and there is no user postgres or nobody to run it as");
}
