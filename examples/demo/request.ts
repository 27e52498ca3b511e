import { Agent, request } from "node:http";

/** One call of the API. */
export interface Call {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly body?: unknown;
}

export interface Answer {
  /** 0: no answer at all. */
  readonly status: number;
  /** The body, or why there is no answer. */
  readonly text: string;
}

// As a load balancer keeps them: open, and as many as it takes.
const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });

/** Nobody waits that long; it ends a request that nothing else would end. */
const giveUpMs = 60_000;

/** Never rejects: no answer is an answer here. */
export function send(port: number, { method, path, body }: Call): Promise<Answer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers =
    payload === undefined
      ? {}
      : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) };
  return new Promise((resolve) => {
    const outgoing = request({ agent, host: "127.0.0.1", port, method, path, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
      incoming.on("error", (error) => resolve({ status: 0, text: error.message }));
    });
    outgoing.setTimeout(giveUpMs, () => outgoing.destroy(new Error(`no answer in ${giveUpMs / 1000} s`)));
    outgoing.on("error", (error: NodeJS.ErrnoException) => resolve({ status: 0, text: error.code ?? error.message }));
    outgoing.end(payload);
  });
}

export function closeConnections(): void {
  agent.destroy();
}
