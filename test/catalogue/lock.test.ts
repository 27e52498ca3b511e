import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Locked {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

// npm leaves out what the registry did not have on the day of the lock, and `npm ci` then installs a tool without its program.
test("the lock has the programs of every platform, not only of the one that it was made on", () => {
  const file = fileURLToPath(new URL("../../package-lock.json", import.meta.url));
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as Locked;
  const places = Object.keys(packages);
  const missing = Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !places.some((place) => place.endsWith(`node_modules/${name}`)));
  expect([...new Set(missing)]).toEqual([]);
});
