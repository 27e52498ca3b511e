import { expect, it } from "vitest";
import { createDatabase } from "../../support/database.js";
import { fillTable, makeTable, numbered, open } from "./fixture.js";

it("a run sees that nobody else writes to its table, and then that somebody does", async () => {
  const database = await createDatabase("other_writers");
  const db = await open(database.url);
  try {
    const spec = await makeTable(db, { rows: numbered(20_000) });
    const seen: (string | undefined)[] = [];
    const stop = new AbortController();
    // More rows than the run writes in a second: so many of its own the server may not have counted yet.
    const write = async () => {
      while (!stop.signal.aborted)
        await db.query(`UPDATE "User" SET email = email WHERE id > 18000; SELECT pg_sleep(0.2)`);
    };
    let writing: Promise<void> | undefined;
    await fillTable(database.url, spec, {
      batch: { startRows: 20, minRows: 20, maxRows: 20 },
      options: { pauseMs: "20" },
      signal: stop.signal,
      onEvent(event) {
        if (event.kind !== "progress") return;
        seen.push(event.others);
        if (event.others === "quiet") writing ??= write();
        if (event.others === "write" && writing !== undefined) stop.abort();
      },
    });
    stop.abort();
    await writing;
    expect(seen[0]).toBe("unknown");
    expect(seen).toContain("quiet");
    expect(seen.at(-1)).toBe("write");
  } finally {
    await db.close();
    await database.drop();
  }
});
