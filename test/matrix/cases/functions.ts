import { type Change, change } from "../change.js";

/** Values that a function of lockstep.config.ts computes: no trigger, so the sweep comes when the last old build is gone. */
export const functions: readonly Change[] = [
  change({
    name: "a function with an SQL fallback",
    model: "Reader",
    has: ["email String"],
    gets: ["handle String @unique"],
    fills: `    Reader: {
      handle: {
        reads: ["email"],
        async fill(rows: readonly { email: string }[]) { return rows.map(({ email }) => email.toLowerCase()); },
        fallback: "lower(email)",
      },
    },
`,
    filledWith: ["email", "'User.' || n || '@Example.com'"],
    right: "handle = lower(email)",
  }),
  change({
    name: "a function that refuses databases that skip releases",
    model: "Track",
    has: ["title String", "seconds Int"],
    gets: ["summary String"],
    fills: `    Track: {
      summary: {
        reads: ["title", "seconds"],
        async fill(rows: readonly { title: string; seconds: number }[]) {
          return rows.map(({ title, seconds }) => title.toUpperCase() + " (" + seconds + " s)");
        },
        fallback: "refuse",
      },
    },
`,
    filledWith: ["title, seconds", "'Track ' || n, n"],
    right: "summary = upper(title) || ' (' || seconds || ' s)'",
  }),
  change({
    name: "two functions of one table",
    model: "Spot",
    has: ["lat Float", "lon Float"],
    gets: ["north Boolean", "cell Int"],
    fills: `    Spot: {
      north: { reads: ["lat"], async fill(rows: readonly { lat: number }[]) { return rows.map(({ lat }) => lat > 30); }, fallback: "lat > 30" },
      cell: {
        reads: ["lat", "lon"],
        async fill(rows: readonly { lat: number; lon: number }[]) { return rows.map(({ lat, lon }) => Math.floor(lat) * 100 + Math.floor(lon)); },
        fallback: "refuse",
      },
    },
`,
    filledWith: ["lat, lon", "n, n / 2.0"],
    right: "north = (lat > 30) AND cell = floor(lat)::int * 100 + floor(lon)::int",
  }),
];
