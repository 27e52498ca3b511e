import { defineSignal } from "./signal.js";

/** Timeout of the request. */
const answerMs = 2000;

/** A health check of the application, or a monitoring system. */
export default defineSignal({
  id: "http",
  summary: "a GET of the address does not return 2xx within 2 s",
  rank: 3,
  options: {
    throttleHttp: {
      value: "<url>",
      description: "wait while a GET of this URL does not return 2xx within 2 s",
      wanted: "an address that begins with http:// or https://, without a password",
      read: (text: string) => {
        const url = URL.canParse(text) ? new URL(text) : undefined;
        return url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === ""
          ? url
          : undefined;
      },
    },
  },
  everyMs: 1000,
  isPressure: true,
  start:
    () =>
    async ({ options: { throttleHttp: url }, signal }) => {
      if (url === undefined) return undefined;
      // The query string may be a secret.
      const name = `${url.origin}${url.pathname}`;
      try {
        const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });
        await response.body?.cancel();
        return response.ok ? undefined : { kind: "hold", reason: `${name} answers ${response.status}` };
      } catch {
        // `fetch` throws a TypeError or a TimeoutError for whatever fails on the way.
        return { kind: "hold", reason: `${name} does not respond` };
      }
    },
});
