/** A replica as the primary sees one: it streams, and reports how far it is. It keeps nothing. */
import pg from "pg";

export interface Replica {
  stop(): Promise<void>;
}

/** Connects, streams from now on, and says once that everything so far is replayed. */
export async function startReplica(url: string, name: string): Promise<Replica> {
  const client = new pg.Client({
    connectionString: url,
    replication: "true",
    application_name: name,
  } as pg.ClientConfig);
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ xlogpos: string }>("IDENTIFY_SYSTEM");
  const position = rows[0]?.xlogpos ?? "0/0";
  // Answers never: the server is copying until the connection ends.
  client.query(`START_REPLICATION PHYSICAL ${position}`).catch(() => undefined);
  const { connection } = client as unknown as {
    connection: {
      once(event: string, listener: () => void): void;
      sendCopyFromChunk(chunk: Buffer): void;
      stream: { destroy(): void };
    };
  };
  await new Promise<void>((resolve) => connection.once("replicationStart", resolve));
  connection.sendCopyFromChunk(status(position));
  return { stop: async () => connection.stream.destroy() };
}

/** Standby status update: written, flushed and applied up to here. https://www.postgresql.org/docs/current/protocol-replication.html */
function status(position: string): Buffer {
  const [high = "0", low = "0"] = position.split("/");
  const lsn = (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
  const bytes = Buffer.alloc(34);
  bytes.write("r");
  for (const offset of [1, 9, 17]) bytes.writeBigInt64BE(lsn, offset);
  return bytes;
}
