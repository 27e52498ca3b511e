/** A tool with the versions that the tests run with: the only source for `doctor` and for docs/supported-versions.md. */
export interface SupportedTool {
  readonly tool: string;
  /** For people: "13, 15, 17 and 18". */
  readonly tested: string;
  readonly note: string;
  /** Inclusive bounds on the leading numbers: `[[7, 10], [7, 10]]` is 7.10 and its patches. */
  readonly ranges: readonly VersionRange[];
  /** Versions that work in the same way: `doctor` does not warn about them. Default: only those of `ranges`. */
  readonly accepted?: VersionRange;
}

type VersionRange = readonly [from: readonly number[], to: readonly number[]];

export const nodeVersions: SupportedTool = {
  tool: "Node.js",
  tested: "20.19 and later",
  note: "20, 22, 24 and 26 run the tests of a pull request, and 20 the long tests. Prisma 7 and TypeORM 1 do not support odd major versions, nor the first releases of 22 and 24.",
  ranges: [[[20, 19], []]],
};

export const typescriptVersions: SupportedTool = {
  tool: "TypeScript",
  tested: "4.9 to 7.0",
  note: "Application code that imports Lockstep compiles with 4.9, 5.0, 5.4, 5.9, 6.0 and 7.0, with every module resolution. Lockstep reads and edits code with its own TypeScript 6.0. Its compile check uses the tsconfig defaults of your version, and the tests compare its errors with each version's `tsc`.",
  ranges: [
    [
      [4, 9],
      [7, 0],
    ],
  ],
};

export const postgresVersions: SupportedTool = {
  tool: "PostgreSQL",
  tested: "13, 15, 17 and 18",
  note: "17 on every change, the others every night. 14 and 16 are accepted, and what `check` reports is compared with both every night.",
  ranges: [[[13], [18]]],
};

/** From 10.6 on an interrupted ALTER TABLE is rolled back. */
export const mariadbVersions: SupportedTool = {
  tool: "MariaDB",
  tested: "10.11 and 11.8",
  note: "10.11 on every change, 11.8 every night. All phases with Prisma (see below) and TypeORM. 10.6 and later are accepted.",
  ranges: [
    [
      [10, 11],
      [10, 11],
    ],
    [
      [11, 8],
      [11, 8],
    ],
  ],
};

/** Before 8.0.12 there is no ALGORITHM=INSTANT. */
export const mysqlVersions: SupportedTool = {
  tool: "MySQL",
  tested: "9.7",
  note: "All phases with Prisma (see below), and a hand-written migration with TypeORM. 8.0.12 and later are accepted.",
  ranges: [
    [
      [9, 7],
      [9, 7],
    ],
  ],
};

/** `isTested(postgresVersions, "17.10")` */
export function isTested({ ranges }: SupportedTool, version: string): boolean {
  return ranges.some((range) => isWithin(range, version));
}

/** Tested, or without known problems. */
export function isAccepted(tool: SupportedTool, version: string): boolean {
  return isTested(tool, version) || (tool.accepted !== undefined && isWithin(tool.accepted, version));
}

function isWithin([from, to]: VersionRange, version: string): boolean {
  const actual = version.split(/[^\d]+/).map(Number);
  return compare(actual, from) >= 0 && compare(actual, to) <= 0;
}

/** Compares only the numbers that the bound has; a bound without numbers is no limit. */
function compare(actual: readonly number[], bound: readonly number[]): number {
  for (const [index, number] of bound.entries()) {
    const difference = (actual[index] ?? 0) - number;
    if (difference !== 0) return difference;
  }
  return 0;
}
