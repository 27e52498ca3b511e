import { prometheusValue } from "../../../gates/reads/own-measures.js";
import { defineProbe } from "./probe.js";

/** The hour before the watch, in steps. */
const steps = 12;
const stepMs = 5 * 60_000;

/** The result of a monitoring query: errors, latency, or anything else. Compared with its own history. */
export default defineProbe({
  id: "prometheus",
  summary:
    "result of the query gates.readsSteady.prometheus, compared with the hour before the watch, or with `atMost`",
  asksOthers: true,
  start({ measures: { prometheus }, target, now }) {
    let history: number[] | undefined;
    return async () => {
      if (prometheus === undefined) return { points: [], needless: ["gates.readsSteady.prometheus has no query"] };
      const { url, urlFrom, query, atMost } = prometheus;
      if (!url) return { points: [], blind: [`${urlFrom} is not set`] };
      const ask = (time?: string) => prometheusValue(url, query, target, time);
      const value = await ask();
      if (typeof value === "string") return { points: [], blind: [`the query of ${urlFrom} ${value}`] };
      if (history === undefined && atMost === undefined) {
        const moments = Array.from({ length: steps }, (_, at) => new Date(now().getTime() - (at + 1) * stepMs));
        const values = await Promise.all(moments.map((moment) => ask(moment.toISOString())));
        history = values.filter((each) => typeof each === "number");
      }
      return {
        points: [
          {
            measure: "prometheus",
            subject: urlFrom,
            value,
            ...(atMost === undefined ? {} : { atMost }),
            ...(history === undefined ? {} : { history }),
          },
        ],
      };
    };
  },
});
