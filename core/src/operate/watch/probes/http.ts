import { askHttp } from "../../../gates/reads/own-measures.js";
import { defineProbe, type Point } from "./probe.js";

/** Requests per round, some seconds apart on average. */
const most = 5;
const leastApartMs = 3000;
const longestMs = 5000;

/** The best source for the state of the application. One failed request is no anomaly; two rounds in a row are. */
export default defineProbe({
  id: "http",
  summary: "whether a GET of gates.readsSteady.http returns 200 to 299, and its duration",
  asksOthers: true,
  start({ measures: { http }, target, everyMs, signal }) {
    return async () => {
      if (http === undefined) return { points: [], needless: ["gates.readsSteady.http has no URL"] };
      if (!http.url) return { points: [], blind: [`${http.urlFrom} is not set`] };
      const times: number[] = [];
      const failures: string[] = [];
      const asked = Math.max(1, Math.min(most, Math.floor(everyMs / leastApartMs)));
      const timeoutMs = Math.min(longestMs, everyMs);
      const startedMs = performance.now();
      let count = 0;
      while (count < asked && !signal.aborted) {
        count++;
        const begunMs = performance.now();
        const { verdict, text } = await askHttp(http, target, timeoutMs);
        if (verdict === "well") times.push(performance.now() - begunMs);
        else failures.push(text);
        // Requests without an answer would take longer than a round may.
        if (performance.now() - startedMs > everyMs / 2) break;
      }
      const subject = http.urlFrom;
      const [first] = failures;
      const points: Point[] = [
        {
          measure: "http-failures",
          subject,
          value: failures.length / count,
          events: count,
          former: { value: 0, factor: 1 },
          ...(first === undefined ? {} : { detail: first }),
        },
      ];
      const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
      if (times.length > 0) points.push({ measure: "http-time", subject, value: mean, events: times.length });
      return { points };
    };
  },
});
