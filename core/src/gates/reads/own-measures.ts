/** The user's measures: environment variables with their values. `{target}` is replaced with the target's name. */
export interface OwnMeasures {
  readonly http?: OwnUrl;
  readonly prometheus?: OwnUrl & { readonly query: string; readonly atMost?: number | undefined };
}

interface OwnUrl {
  readonly urlFrom: string;
  readonly url?: string | undefined;
}

/** The result of one measure. */
export interface OwnMeasure {
  readonly name: "http" | "prometheus";
  /** `unknown`: no usable answer. */
  readonly verdict: "well" | "worse" | "unknown";
  /** The result as text, without the URL: it may contain a password. */
  readonly text: string;
  readonly value?: number;
  readonly limit?: number;
}

/** The maximum ratio to the value before switch, if the config sets no limit. */
const mostFactor = 1.2;
const timeoutMs = 5000;

/** Queries the measures. @param baselineAt when switch was released, ISO 8601; absent: unknown */
export async function askOwnMeasures(
  { http, prometheus }: OwnMeasures,
  target: string,
  baselineAt: string | undefined,
): Promise<readonly OwnMeasure[]> {
  return [
    ...(http ? [await askHttp(http, target)] : []),
    ...(prometheus ? [await askPrometheus(prometheus, target, baselineAt)] : []),
  ];
}

/** Whether the URL returns 200 to 299. @param longestMs its timeout. Default: 5 s */
export async function askHttp({ urlFrom, url }: OwnUrl, target: string, longestMs = timeoutMs): Promise<OwnMeasure> {
  const name = "http";
  if (!url) return { name, verdict: "unknown", text: `${urlFrom} is not set` };
  const answer = await get(named(url, target), longestMs);
  if (typeof answer === "string") return { name, verdict: "worse", text: `the check of ${urlFrom} ${answer}` };
  await answer.body?.cancel();
  return {
    name,
    verdict: answer.ok ? "well" : "worse",
    text: `the check of ${urlFrom} answers with ${answer.status}`,
    value: answer.status,
  };
}

async function askPrometheus(
  { urlFrom, url, query, atMost }: NonNullable<OwnMeasures["prometheus"]>,
  target: string,
  baselineAt: string | undefined,
): Promise<OwnMeasure> {
  const name = "prometheus";
  const unknown = (text: string): OwnMeasure => ({ name, verdict: "unknown", text });
  if (!url) return unknown(`${urlFrom} is not set`);
  const ask = (time?: string) => prometheusValue(url, query, target, time);
  const value = await ask();
  if (typeof value === "string") return unknown(`the query of ${urlFrom} ${value}`);
  const before = atMost === undefined && baselineAt !== undefined ? await ask(baselineAt) : undefined;
  if (typeof before === "string") return unknown(`the query of ${urlFrom}, as of the release of switch, ${before}`);
  const limit = atMost ?? (before === undefined ? undefined : before * mostFactor);
  if (limit === undefined)
    return unknown(`the query of ${urlFrom} gives ${figure(value)}, but its value before switch is unknown`);
  const was = before === undefined ? "" : ` (before switch: ${figure(before)})`;
  const isWell = value <= limit;
  return {
    name,
    verdict: isWell ? "well" : "worse",
    text: `the query of ${urlFrom} gives ${figure(value)}, ${isWell ? "at most" : "more than"} ${figure(limit)}${was}`,
    value,
    limit,
  };
}

/** The result of a query, now or at a given time, or why it returns no number. */
export function prometheusValue(url: string, query: string, target: string, time?: string): Promise<number | string> {
  return numberOf(named(url, target), { query: named(query, target), ...(time === undefined ? {} : { time }) });
}

/** One number, or why there is none. */
async function numberOf(url: string, parameters: Readonly<Record<string, string>>): Promise<number | string> {
  const answer = await get(`${url.replace(/\/+$/, "")}/api/v1/query?${new URLSearchParams(parameters)}`);
  if (typeof answer === "string") return answer;
  // Invalid JSON, or a broken connection: no number.
  const body = (await answer.json().catch(() => undefined)) as
    | { data?: { resultType?: string; result?: readonly unknown[] } }
    | undefined;
  if (!answer.ok) return `is refused with ${answer.status}`;
  const { resultType, result } = body?.data ?? {};
  const samples =
    resultType === "scalar" ? [result] : (result ?? []).map((each) => (each as { value?: unknown }).value);
  if (samples.length !== 1)
    return `gives ${samples.length === 0 ? "no number" : `${samples.length} numbers`}, and not one`;
  const value = Number((samples[0] as readonly unknown[] | undefined)?.[1]);
  return Number.isFinite(value) ? value : "gives no number";
}

async function get(url: string, longestMs = timeoutMs): Promise<Response | string> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(longestMs) });
  } catch (error) {
    const isLate = (error as Error).name === "TimeoutError";
    return isLate ? `does not answer within ${longestMs / 1000} s` : "cannot be reached";
  }
}

const named = (text: string, target: string) => text.replaceAll("{target}", target);
const figure = (value: number) => String(Number(value.toPrecision(4)));
