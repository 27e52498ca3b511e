import { attempt, isRangeError } from "../base/expected-errors.js";

/** Hours of days in a time zone, by local wall-clock time, which includes daylight saving. */
export interface Window {
  /** Days on which it starts, by the names of `days`. */
  readonly days: ReadonlySet<string>;
  /** Minutes since midnight. An end that is not later than the start is on the next day. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

export const windowsShape =
  'days, hours and a time zone, as in "Mon-Fri 01:00-05:00 Europe/Berlin"; several with semicolons between them';

const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** @returns undefined for an invalid text */
export function readWindows(text: string): readonly Window[] | undefined {
  const all = text.split(";").map((part) => readWindow(part.trim()));
  return all.includes(undefined) ? undefined : (all as Window[]);
}

function readWindow(text: string): Window | undefined {
  const match = /^(?:([a-z][a-z, -]*?) +)?(\d\d?):(\d\d) ?- ?(\d\d?):(\d\d)(?: +(\S+))?$/i.exec(text);
  if (match === null) return undefined;
  const [, named, h1, m1, h2, m2, zone = "UTC"] = match;
  const from = minutes(h1!, m1!);
  const to = minutes(h2!, m2!);
  const chosen = named === undefined ? new Set(days) : readDays(named);
  if (from === undefined || to === undefined || from === to || from === 1440) return undefined;
  if (chosen === undefined || !isZone(zone)) return undefined;
  return { days: chosen, from, to, zone };
}

function minutes(hours: string, rest: string): number | undefined {
  const all = Number(hours) * 60 + Number(rest);
  return Number(rest) < 60 && all <= 1440 ? all : undefined;
}

/** `Mon-Fri,Sun`. `Sat-Mon` crosses the end of the week. */
function readDays(text: string): ReadonlySet<string> | undefined {
  const chosen = new Set<string>();
  for (const part of text.split(",")) {
    const ends = part
      .split("-")
      .map((name) => days.findIndex((day) => day.toLowerCase() === name.trim().toLowerCase()));
    const [first = -1, last = first] = ends;
    if (ends.length > 2 || first < 0 || last < 0) return undefined;
    for (let at = first; ; at = (at + 1) % 7) {
      chosen.add(days[at]!);
      if (at === last) break;
    }
  }
  return chosen;
}

function isZone(zone: string): boolean {
  return attempt(() => wallOf(zone), isRangeError) !== undefined;
}

const walls = new Map<string, Intl.DateTimeFormat>();

function wallOf(zone: string): Intl.DateTimeFormat {
  const known = walls.get(zone);
  if (known !== undefined) return known;
  const wall = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  walls.set(zone, wall);
  return wall;
}

/** The local date and time. */
function readWall(zone: string, at: Date): { readonly day: string; readonly minute: number; readonly text: string } {
  const parts = Object.fromEntries(
    wallOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const { weekday = "", day, month, hour, minute } = parts;
  return {
    day: weekday,
    minute: Number(hour) * 60 + Number(minute),
    text: `${weekday} ${day} ${month} ${hour}:${minute} ${zone}`,
  };
}

export function isOpen({ days: chosen, from, to, zone }: Window, at: Date): boolean {
  const { day, minute } = readWall(zone, at);
  if (from < to) return minute >= from && minute < to && chosen.has(day);
  const yesterday = days[(days.indexOf(day) + 6) % 7]!;
  return (minute >= from && chosen.has(day)) || (minute < to && chosen.has(yesterday));
}

const minuteMs = 60_000;
/** Two weeks: a window of one hour a week may fall into the hour that daylight saving skips. */
const farthest = 15 * 24 * 60;

/** When the first window opens: `at` itself if one is open. Undefined: not within two weeks. */
export function nextOpening(
  windows: readonly Window[],
  at: Date,
): { readonly windows: readonly Window[]; readonly at: Date; readonly text: string } | undefined {
  for (let minute = 0, time = at; minute <= farthest; minute++) {
    const open = windows.find((window) => isOpen(window, time));
    if (open !== undefined) return { windows, at: time, text: readWall(open.zone, time).text };
    time = new Date((Math.floor(at.getTime() / minuteMs) + minute + 1) * minuteMs);
  }
  return undefined;
}
