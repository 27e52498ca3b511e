/** What a published package weighs at most, and of what: what grows past it was put there on purpose, or is a mistake. */
export const budgets = {
  "@lockstep/core": {
    files: 630,
    packedKb: 3_700,
    unpackedKb: 14_800,
    parts: {
      "the guide for coding agents": { of: /^agent-guide\.md$/, kb: 5 },
      "the TypeScript compiler and its declarations of the language": { of: /^dist\/vendor\/[^/]+$/, kb: 6_900 },
      "jiti, which loads configurations": { of: /^dist\/vendor\/jiti\//, kb: 1_800 },
      "schemas of what --json prints": { of: /^schemas\//, kb: 40 },
      "declarations, for plugins of others": { of: /\.d\.ts$/, kb: 560 },
      "core and what it imports (pg, mysql2, zod, diff, yaml, …)": { of: /^dist\//, kb: 5_640 },
    },
  },
  "@lockstep/prisma": {
    files: 90,
    packedKb: 250,
    unpackedKb: 850,
    parts: { "the plugin and the proxy of the schema engine": { of: /^(dist|bin)\//, kb: 840 } },
  },
  "@lockstep/typeorm": {
    files: 125,
    packedKb: 250,
    unpackedKb: 850,
    parts: { "the plugin and the hook of the CLI": { of: /^(dist|bin)\//, kb: 840 } },
  },
  "@lockstep/typeorm-wrapper": {
    files: 32,
    packedKb: 15,
    unpackedKb: 40,
    parts: { "the wrapper, which applications load": { of: /^dist\//, kb: 35 } },
  },
};

/** Beside what the parts name. */
export const always = ["LICENSE", "README.md", "package.json"];
/** Maps, sources, tests and what compilers keep for themselves. */
export const neverPublished =
  /\.map$|(?<!\.d)\.[cm]?tsx?$|\.tsbuildinfo$|(?:^|\/)(?:src|test|tests|fixtures|node_modules)\/|\.test\./;
