import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { FillFunction } from "../../../../core/src/config/fill-function.js";
import { systemClock } from "../../../../core/src/dialect/db/clock.js";
import { postgresText } from "../../../../core/src/postgresql/function-value.js";
import { callFunction } from "../../../../core/src/target/facts/call-function.js";

const compute = { name: "User.handle", reads: ["email"], source: "lockstep.config.ts" };
const rows = Array.from({ length: 4 }, (_, n) => ({ label: `id=${n}`, input: { email: `u${n}@x.io` } }));
const call = (run: unknown, more: { signal?: AbortSignal; timeoutMs?: number; type?: string } = {}) => {
  const { type = "text", timeoutMs = 5000, signal } = more;
  const column = { name: "handle", type };
  return callFunction(
    {
      compute,
      run: run as FillFunction,
      column,
      clock: systemClock,
      text: postgresText,
      timeoutMs,
      ...(signal && { signal }),
    },
    rows,
  );
};

describe("callFunction", () => {
  it("gives the rows and returns the values as PostgreSQL reads them", async () => {
    const fill: FillFunction = async (given) => given.map((row) => [row.email as string]);
    expect(await call(fill, { type: "text[]" })).toEqual(rows.map(({ input }) => `{"${input.email}"}`));
    expect(await call(() => [1, 2, 3, 4])).toEqual(["1", "2", "3", "4"]);
  });

  it.each<readonly [string, unknown, string, RegExp]>([
    [
      "throws",
      () => {
        throw new TypeError("no email");
      },
      "LS5050",
      /threw for id=0, id=1, id=2, … \(4 rows\): TypeError: no email/,
    ],
    ["rejects with a text", () => Promise.reject("later"), "LS5050", /: later$/],
    ["returns too few values", () => ["a"], "LS5051", /returned 1 value for 4 rows/],
    ["returns too many values", () => ["a", "b", "c", "d", "e"], "LS5051", /5 values for 4 rows/],
    ["returns nothing", () => undefined, "LS5051", /returned nothing for 4 rows/],
    ["returns one text", () => "abcd", "LS5051", /returned a string/],
    ["returns promises", () => rows.map(async () => "a"), "LS5052", /returned a promise for id=0/],
    ["leaves rows out", () => ["a", null, undefined, "d"], "LS5053", /no value for id=1, id=2\./],
  ])("a function that %s", async (_, run, code, message) => {
    await expect(call(run)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("one that takes too long is told to stop, and not waited for", async () => {
    let told: unknown;
    const fill: FillFunction = (_, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          told = signal.reason;
          reject(told);
        });
      });
    await expect(call(fill, { timeoutMs: 20 })).rejects.toMatchObject({ code: "LS5055" });
    expect(told).toBeInstanceOf(Error);
  });

  it("Ctrl-C reaches it, ends even one that does not listen, and is no error of the function", async () => {
    for (const listens of [true, false]) {
      const abort = new AbortController();
      const fill: FillFunction = (_, { signal }) =>
        new Promise((_, reject) => {
          if (listens) signal.addEventListener("abort", () => reject(signal.reason));
        });
      const answer = call(fill, { signal: abort.signal });
      setTimeout(() => abort.abort(), 5);
      await expect(answer).rejects.toMatchObject({ code: "LS5002" });
      expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    }
  });
});
