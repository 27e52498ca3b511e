import { readFileSync } from "node:fs";

/** As `spawn` takes it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account that a database server runs as when we are root, which servers refuse: `postgres`, else `nobody`.
 * @returns undefined when we are not root: then the server runs as we do
 * @throws Error where neither account is there
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
