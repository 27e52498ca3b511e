import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { attempt, isSyntaxError, isUnreadable } from "@lockstep/core/text";

/** A project of Prisma 6 without a Prisma config: `package.json` and the paths of its files show what Prisma reads. */
export interface BareProject {
  readonly root: string;
  /** A file or a folder, from the root. */
  readonly schema: string;
  readonly seed: string | undefined;
  /** Whether `package.json#prisma` exists: a config overrides it. */
  readonly hasManifestSettings: boolean;
  /** The CLI is installed in production too. */
  readonly isProduction: boolean;
}

interface Manifest {
  readonly prisma?: { readonly schema?: unknown; readonly seed?: unknown };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

/**
 * The nearest folder, at or above this one, whose package uses Prisma and has a schema.
 *
 * @example bareProject("/app/src") // { root: "/app", schema: "prisma/schema.prisma", … }
 */
export function bareProject(cwd: string): BareProject | undefined {
  for (let root = cwd; ; root = dirname(root)) {
    const manifest = manifestOf(root);
    const schema = manifest === undefined ? undefined : schemaOf(root, manifest);
    if (manifest !== undefined && schema !== undefined) {
      const { prisma, dependencies = {} } = manifest;
      return {
        root,
        schema,
        seed: text(prisma?.seed),
        hasManifestSettings: prisma !== undefined,
        isProduction: "prisma" in dependencies,
      };
    }
    if (existsSync(join(root, ".git")) || root === dirname(root)) return undefined;
  }
}

/** Undefined if the package does not name Prisma. */
function manifestOf(folder: string): Manifest | undefined {
  const file = attempt(() => readFileSync(join(folder, "package.json"), "utf8"), isUnreadable) ?? "null";
  const manifest = attempt(() => JSON.parse(file) as Manifest | null, isSyntaxError);
  const names = { ...manifest?.dependencies, ...manifest?.devDependencies, ...manifest };
  return manifest && ("prisma" in names || "@prisma/client" in names) ? manifest : undefined;
}

function schemaOf(root: string, { prisma, scripts = {} }: Manifest): string | undefined {
  const flags = Object.values(scripts).flatMap((script) =>
    [...String(script).matchAll(/\bprisma\b[^&|;]*--schema[= ]\s*["']?([^\s"'&|;]+)/g)].map(([, path = ""]) => path),
  );
  // The order of Prisma 6; last the path in its scripts, if all scripts use the same.
  const named = new Set(flags).size === 1 ? flags.slice(0, 1) : [];
  return [text(prisma?.schema), "schema.prisma", "prisma/schema.prisma", ...named].find(
    (path) => path !== undefined && existsSync(join(root, path)),
  );
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
