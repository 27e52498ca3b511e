import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, isSyntaxError, isUnreadable } from "@lockstep/core/text";

/** They are released together, and the CLI, the client and the adapters must have the same version. */
const isOfPrisma = (name: string) => /^(?:prisma|@prisma\/(?:client|instrumentation|adapter-[\w-]+))$/.test(name);

/**
 * The command that updates a project's Prisma version: all packages of it in `package.json`, each in its group.
 *
 * @example updateCommands("/app", "6.19.3") // "npm install --save-dev prisma@6.19.3 && npm install --save-prod @prisma/client@6.19.3"
 */
export function updateCommands(root: string, version: string): string {
  const text = attempt(() => readFileSync(join(root, "package.json"), "utf8"), isUnreadable) ?? "null";
  const manifest = attempt(() => JSON.parse(text) as Manifest | null, isSyntaxError);
  const listed = (kind: "dev" | "prod", packages: object = {}) =>
    Object.keys(packages)
      .filter(isOfPrisma)
      .map((name) => ({ kind, name }));
  const found = [...listed("dev", manifest?.devDependencies), ...listed("prod", manifest?.dependencies)];
  // If the top of a workspace names them.
  const packages =
    found.length > 0
      ? found
      : [
          { kind: "dev", name: "prisma" },
          { kind: "prod", name: "@prisma/client" },
        ];
  return packages.map(({ kind, name }) => `npm install --save-${kind} ${name}@${version}`).join(" && ");
}

interface Manifest {
  readonly dependencies?: object;
  readonly devDependencies?: object;
}
