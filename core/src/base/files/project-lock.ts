import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, normalize } from "node:path";
import { LockstepError } from "../errors.js";
import { attempt, type Expected, isCommandFailure, isUnreadable, isUriError } from "../expected-errors.js";

/** The project's lock while a command writes. It is inside the project, because containers and network folders share only that. */
export const lockFolder = "lockstep/.lock";

/** The process that writes to a project. */
export interface LockHolder {
  /** As typed: `lockstep next order_region`, `prisma migrate dev`. */
  readonly command: string;
  readonly pid: number;
  /** The start time of the process, in the system's own format. Empty if the system does not report it. Needed because pids are reused. */
  readonly start: string;
  readonly since: Date;
  readonly host: string;
  /** The boot and the process namespace of the pid. Empty if the system has no such thing. */
  readonly scope: string;
}

export interface ProjectLock {
  /** Safe to call twice. */
  release(): void;
}

/**
 * Takes the lock of a project's files: one command writes at a time. If the holder's process has ended, the next command takes over. A
 * holder on another machine, in another container or before a restart cannot be checked from here: a person has to remove its lock. Locks
 * of the same process are one.
 *
 * The lock is a folder with a single file named after the holder. Both changes of ownership are one `rename`: of a prepared folder to the
 * lock's path, which fails if a lock exists, and of the former holder's file to one's own name, which fails if another process was faster.
 *
 * @param command as typed, for the message of a waiting command
 * @param waitMs how long to wait for a command that is about to end. Default: 5 s
 * @throws LS4007 another process holds it · LS4008 the project is not writable
 */
export async function lockProject(root: string, command: string, waitMs = 5_000): Promise<ProjectLock> {
  const own = mine.get(root);
  if (own !== undefined) return shared(root, own);
  const name = nameOf(command);
  const deadline = performance.now() + waitMs;
  let refusal: LockstepError | undefined;
  do {
    if (refusal !== undefined) await new Promise((resolve) => setTimeout(resolve, 100));
    const isTaken = take(root, name);
    if (isTaken === true) {
      const held = { command, name, count: 0, onExit: () => free(root) };
      mine.set(root, held);
      // Also releases it if the process ends without returning here.
      process.once("exit", held.onExit);
      return shared(root, held);
    }
    refusal = isTaken;
  } while (performance.now() < deadline);
  throw refusal;
}

/** The process that writes to the project now, or that was killed on another machine while writing. */
export function lockHolder(root: string): LockHolder | undefined {
  const name = holderFile(root);
  const holder = name === undefined ? undefined : readHolder(name);
  return holder === undefined || whereIs(holder) === "gone" ? undefined : holder;
}

/** The command that holds the project's lock in this process, as typed. */
export function commandHere(root: string): string | undefined {
  return mine.get(root)?.command;
}

interface Held {
  readonly command: string;
  readonly name: string;
  readonly onExit: () => void;
  count: number;
}

/** The locks of this process. */
const mine = new Map<string, Held>();

function shared(root: string, held: Held): ProjectLock {
  held.count += 1;
  let isReleased = false;
  return {
    release() {
      if (isReleased) return;
      isReleased = true;
      held.count -= 1;
      if (held.count === 0) free(root);
    },
  };
}

function free(root: string): void {
  const held = mine.get(root);
  if (held === undefined) return;
  mine.delete(root);
  process.off("exit", held.onExit);
  const folder = join(root, lockFolder);
  if (!existsSync(join(folder, held.name))) return;
  const away = besides(root, held.name);
  renameSync(folder, away);
  rmSync(away, { recursive: true, force: true });
  try {
    // An empty `lockstep/` has no meaning.
    rmdirSync(dirname(folder));
  } catch {
    // It contains plans, or another command has removed it. The lock is released in any case.
  }
}

/** @returns true, or the error that names the holder */
function take(root: string, name: string): true | LockstepError {
  const folder = join(root, lockFolder);
  try {
    sweep(root);
    const file = holderFile(root);
    if (file === undefined && !existsSync(folder))
      return place(folder, besides(root, name), name) || inTheWay(undefined);
    const holder = file === undefined ? undefined : readHolder(file);
    if (file === undefined || holder === undefined || whereIs(holder) !== "gone") return inTheWay(holder);
    renameSync(join(folder, file), join(folder, name));
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Another process was faster, with the lock or with an empty `lockstep/`.
    if (code === "ENOENT") return inTheWay(undefined);
    if (code === "EACCES" || code === "EROFS" || code === "EPERM" || code === "ENOSPC")
      throw new LockstepError("LS4008", `${root}: ${message}`, { cause: error });
    throw error;
  }
}

function place(folder: string, prepared: string, name: string): boolean {
  mkdirSync(prepared, { recursive: true });
  try {
    // Ignores itself too: `git status` stays unchanged, and the lock cannot be committed.
    writeFileSync(join(prepared, ".gitignore"), "*\n");
    writeFileSync(join(prepared, name), "");
    renameSync(prepared, folder);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    const { code = "" } = error as NodeJS.ErrnoException;
    // Windows reports the last of these for an existing folder; it may no longer exist.
    if (code === "ENOTEMPTY" || code === "EEXIST" || (code === "EPERM" && process.platform === "win32")) return false;
    throw error;
  }
}

/** Where the lock is prepared and removed: its name shows the owner, too. */
const besides = (root: string, name: string) => `${join(root, lockFolder)}-${name}`;

/** Removes leftovers of a process killed while taking or releasing the lock. One minute is enough for processes not visible here. */
function sweep(root: string): void {
  const folder = join(root, dirname(lockFolder));
  if (!existsSync(folder)) return;
  const prefix = `${basename(lockFolder)}-`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    const holder = readHolder(name.slice(prefix.length));
    const where = holder === undefined ? "elsewhere" : whereIs(holder);
    if (where === "gone" || (where === "elsewhere" && Date.now() - statSync(path).mtimeMs > 60_000))
      rmSync(path, { recursive: true, force: true });
  }
}

function holderFile(root: string): string | undefined {
  const folder = join(root, lockFolder);
  return existsSync(folder) ? readdirSync(folder).find((name) => name !== ".gitignore") : undefined;
}

function nameOf(command: string): string {
  const { pid } = process;
  const parts = [briefly(command), pid, startOf(pid) ?? "", Date.now(), hostname(), scope(), randomUUID().slice(0, 8)];
  return parts.map((part) => encodeURIComponent(part)).join(",");
}

/** A file name has at most 255 bytes, and a character that is not a letter takes up to nine. */
function briefly(command: string): string {
  const letters = [...command];
  while (encodeURIComponent(letters.join("")).length > 100) letters.pop();
  return letters.join("");
}

function readHolder(name: string): LockHolder | undefined {
  const parts = name.split(",");
  if (parts.length !== 7) return undefined;
  const decoded = attempt(() => parts.map(decodeURIComponent), isUriError);
  if (decoded === undefined) return undefined;
  const [command = "", pid, start = "", since, host = "", place = ""] = decoded;
  const holder = { command, pid: Number(pid), start, since: new Date(Number(since)), host, scope: place };
  return Number.isSafeInteger(holder.pid) && !Number.isNaN(holder.since.getTime()) ? holder : undefined;
}

/** `elsewhere`: a process that this machine, or this container, cannot see. */
function whereIs({ pid, start, host, scope: place }: LockHolder): "here" | "gone" | "elsewhere" {
  if (host !== hostname() || place !== scope()) return "elsewhere";
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists, and belongs to another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "gone";
  }
  const now = startOf(pid);
  return now === undefined || start === "" || now === start ? "here" : "gone";
}

/** The start time of a process. Undefined if the system does not report it. A process that waits for its parent has `ended`. */
function startOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"), isProcessGone);
    // The program name comes first, and may contain any characters.
    const fields = stat?.replace(/^.*\) /s, "").split(" ");
    return fields?.[0] === "Z" || fields?.[0] === "X" ? "ended" : fields?.[19];
  }
  if (process.platform === "win32") return undefined;
  const env = { ...process.env, LC_ALL: "C" };
  const asked = { encoding: "utf8", env, stdio: "pipe" } as const;
  return (
    attempt(() => execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], asked), isCommandFailure)?.trim() ||
    undefined
  );
}

/** Linux returns ESRCH if the process ends while its file is read. */
const isProcessGone: Expected = (error) => isUnreadable(error) || (error as NodeJS.ErrnoException).code === "ESRCH";

let knownScope: string | undefined;

function scope(): string {
  knownScope ??= readScope();
  return knownScope;
}

function readScope(): string {
  const of = (read: () => string) => attempt(read, isUnreadable);
  const boot = of(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  const namespace = of(() => readlinkSync("/proc/self/ns/pid"));
  if (boot === undefined || namespace === undefined) return "";
  return createHash("sha256").update(boot).update(namespace).digest("hex").slice(0, 12);
}

/** Why a command has to wait, and what to do if the holder no longer exists. */
export function inTheWay(holder: LockHolder | undefined): LockstepError {
  const remove = `${process.platform === "win32" ? "rmdir /s /q" : "rm -r"} ${normalize(lockFolder)}`;
  if (holder === undefined)
    return new LockstepError("LS4007", `Another command holds ${lockFolder} and does not identify itself.`, {
      hint: `Run the command again when it has ended.\n${remove}   # if none is running`,
    });
  const { command, pid, host } = holder;
  const since = `${holder.since.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const isHere = whereIs(holder) !== "elsewhere";
  const where = isHere ? `process ${pid}` : `process ${pid} on ${host}`;
  return new LockstepError("LS4007", `${command} has been writing to this project since ${since} (${where}).`, {
    hint: isHere
      ? `Run the command again when it has ended. If it hangs, end process ${pid}.`
      : `Run the command again when it has ended. Lockstep cannot see from here whether it still runs. If it does not: ${remove}`,
    details: { command, pid, host, since: holder.since.toISOString() },
  });
}
