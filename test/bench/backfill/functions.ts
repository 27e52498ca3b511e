/** Values that a function computes, which takes its time elsewhere for each row: by one session, and by four. */
import { postgresqlWith } from "../systems/postgresql.js";
import { run } from "./run.js";

const rowMs = 0.2;

export async function measureFunctions(
  { rows, rounds }: { readonly rows: number; readonly rounds: number },
  progress: (text: string) => void,
): Promise<readonly { readonly oneMs: number; readonly fourMs: number }[]> {
  const system = postgresqlWith({ keyType: "bigint", id: "BIGSERIAL" });
  const server = await system.start(rows);
  const plan = await system.plan();
  const timed = async (workers: number) => {
    const url = await server.copy("bench_fill");
    try {
      await system.query(
        url,
        `ALTER TABLE "User" ADD COLUMN "handle" TEXT; CREATE UNIQUE INDEX "User_handle_key" ON "User" ("handle")`,
      );
      return (await run({ url, plan, workers, rowMs }))!.totalMs;
    } finally {
      await server.drop("bench_fill");
    }
  };
  try {
    const figures = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`by a function, round ${round} of ${rounds}`);
      const oneMs = await timed(1);
      figures.push({ oneMs, fourMs: await timed(4) });
    }
    return figures;
  } finally {
    await server.stop();
  }
}
