import { LockstepError } from "../base/errors.js";

/** An option of a run, always stored as text: on the command line, in `lockstep.config.ts`, in the ledger. */
export interface RunOption<T> {
  /** `<rows>` */
  readonly value: string;
  readonly description: string;
  /** Default: none. */
  readonly initial?: string;
  /** @returns undefined for an invalid text */
  read(text: string): T | undefined;
  /** The expected format, for the error: `a number of rows, as in 5000`. */
  readonly wanted: string;
  /** The command to use instead of zero, without the plan. Default: the hint is the option with its value. */
  readonly insteadOfZero?: string;
}

type Common = Pick<RunOption<unknown>, "description" | "initial" | "insteadOfZero">;

/** A whole number of something. */
export function numberOption(value: string, least: number, common: Common): RunOption<number> {
  return {
    ...common,
    value: `<${value}>`,
    wanted: `a whole number of ${value}, ${least} or more`,
    read: (text) => {
      const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
      return number >= least ? number : undefined;
    },
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time, in milliseconds: `500ms`, `10s`, `5min` or `5m`, `2h`. */
export function timeOption(common: Common): RunOption<number> {
  return {
    ...common,
    value: "<time>",
    wanted: "a time, as in 500ms, 10s, 5min or 2h",
    read: (text) => {
      const match = /^(\d{1,9}(?:\.\d+)?) ?(ms|s|m|min|h|d)$/.exec(text.trim());
      return match === null ? undefined : Math.round(Number(match[1]) * units[match[2]!]!);
    },
  };
}

const sizes: Readonly<Record<string, number>> = { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

/** A size, in bytes: `32MB`, `1GB`. */
export function sizeOption(common: Common): RunOption<number> {
  return {
    ...common,
    value: "<size>",
    wanted: "a size, as in 32MB or 1GB",
    read: (text) => {
      const match = /^(\d{1,9}(?:\.\d+)?) ?(B|[kK]B|MB|GB|TB)$/.exec(text.trim());
      return match === null ? undefined : Math.round(Number(match[1]) * sizes[match[2]!.replace("K", "k")]!);
    },
  };
}

/** Formats a size as the option reads it: `48 MB`. */
export function sizeText(bytes: number): string {
  const [unit, factor] = Object.entries(sizes).findLast(([, least]) => bytes >= least) ?? ["B", 1];
  const count = bytes / factor;
  return `${count < 10 ? Number(count.toFixed(1)) : Math.round(count)} ${unit}`;
}

/** Formats a time as the option reads it: `8 s`, `1.5 h`. */
export function timeText(ms: number): string {
  const [unit, factor] = Object.entries(units).findLast(([, least]) => ms >= least) ?? ["ms", 1];
  const count = ms / factor;
  return `${count < 10 ? Number(count.toFixed(1)) : Math.round(count)} ${unit}`;
}

/** Names, separated by commas. */
export function namesOption(common: Common): RunOption<readonly string[]> {
  return {
    ...common,
    value: "<names>",
    wanted: "one or more names, as in one,two",
    read: (text) => {
      const names = text.split(",").map((name) => name.trim());
      return names.includes("") ? undefined : names;
    },
  };
}

/** Any text. */
export function textOption(value: string, common: Common): RunOption<string> {
  return { ...common, value: `<${value}>`, wanted: `a ${value}`, read: (text) => (text === "" ? undefined : text) };
}

/** `maxRowsPerSecond` → `--max-rows-per-second` */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Parses the text of an option. @param plan for the command of the hint @throws LS8002 an invalid text */
export function readOption<T>(name: string, option: RunOption<T>, text: string, plan?: string): T {
  const value = option.read(text);
  if (value === undefined)
    throw new LockstepError("LS8002", `${flagOf(name)} ${text}: expected ${option.wanted}.`, {
      hint:
        text.trim() === "0" && option.insteadOfZero !== undefined
          ? `${option.insteadOfZero}${plan === undefined ? "" : ` ${plan}`}`
          : `Write ${flagOf(name)} ${option.value}.`,
    });
  return value;
}
