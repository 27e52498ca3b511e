import type { Load } from "./messages.js";
import type { Sender } from "./sender.js";

/** An application without a response for so long has failed. */
const patienceMs = 60_000;

/** Sends requests over HTTP to the builds of an application, which take turns. */
export function requestSender({ origins, requests, from }: Extract<Load, { kind: "requests" }>): Sender {
  let sent = 0;
  return {
    next() {
      const origin = origins[sent % origins.length]!;
      // Each build gets every request.
      const round = Math.floor(sent / origins.length);
      const text = requests[round % requests.length]!;
      const number = from + sent++;
      return () => ask(origin, text, number, round);
    },
    close: async () => undefined,
  };
}

async function ask(origin: string, text: string, number: number, round: number): Promise<string | undefined> {
  const [, method = "GET", path = "/", body] = /^(\S+) (\S+)(?: (.*))?$/s.exec(filled(text, number, round)) ?? [];
  try {
    const answer = await fetch(`${origin}${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
    });
    // The response counts once it is complete.
    await answer.arrayBuffer();
    return answer.status < 400 ? undefined : `${text.split(" ", 2).join(" ")} was answered with ${answer.status}`;
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    return `${text.split(" ", 2).join(" ")} was not answered: ${cause?.code ?? name}`;
  }
}

/** `{n}` is another number in each request; `{1..500}` cycles through these numbers. */
export function filled(text: string, number: number, round: number): string {
  return text
    .replaceAll("{n}", String(number))
    .replace(/\{(\d+)\.\.(\d+)\}/g, (_, least: string, most: string) =>
      String(Number(least) + (round % (Number(most) - Number(least) + 1))),
    );
}
