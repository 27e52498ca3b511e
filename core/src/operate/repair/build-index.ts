import { connect } from "../../databases/connect.js";
import type { Connection } from "../../dialect/connection.js";

/**
 * Builds an index while reads and writes continue, and reports its progress.
 *
 * @param statement `CREATE INDEX CONCURRENTLY …`
 * @throws the server's own error: 23505 when rows have the same values. The invalid index then remains, where the server supports one
 */
export async function buildIndex(
  connection: Connection,
  statement: string,
  url: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const observer = await connect(url, { applicationName: "lockstep repair", needsSession: false });
  const { concurrent } = await observer.dialect.ops.leftovers();
  let asked: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    asked = asked
      .then(() => concurrent?.buildProgress(observer, connection.pid))
      .then(
        (line) => line && onProgress(line),
        // Progress is optional: the statement itself reports failures.
        () => undefined,
      );
  }, 500);
  try {
    await connection.query(statement);
  } finally {
    clearInterval(timer);
    await asked;
    await observer.close();
  }
}
