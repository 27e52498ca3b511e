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

/** Where the lock of a project stands while a command writes. In the project, for containers and network folders share that alone. */
export const lockFolder = "lockstep/.lock";

/** Who writes to a project. */
export interface LockHolder {
  /** As typed: `lockstep next order_region`, `prisma migrate dev`. */
  readonly command: string;
  readonly pid: number;
  /** When the process began, in the system's own form; empty where the system does not say. A pid alone is given again. */
  readonly start: string;
  readonly since: Date;
  readonly host: string;
  /** The boot and the process namespace that the pid is of; empty where the system has no such thing. */
  readonly scope: string;
}

export interface ProjectLock {
  /** Safe to call twice. */
  release(): void;
}

/**
 * Takes the lock of a project's files: one command writes at a time. A holder whose process has gone is succeeded; of one that ran on
 * another machine, in another container or before a restart nobody here can tell, and a person takes its lock away. Locks of the same process are one.
 *
 * The lock is a folder with a single file whose name is the holder. Both changes of hands are one `rename`: of a prepared folder to
 * the lock's place, which fails where one is, and of the former holder's file to one's own name, which fails where somebody was faster.
 *
 * @param command as typed, for whoever waits
 * @param waitMs how long a command that is about to end is waited for. Default: 5 s
 * @throws LS4007 somebody has it · LS4008 nothing can be written here
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
      // Also where the process ends without coming back here.
      process.once("exit", held.onExit);
      return shared(root, held);
    }
    refusal = isTaken;
  } while (performance.now() < deadline);
  throw refusal;
}

/** Who is writing to the project right now, or was when it was killed on another machine. */
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
    // An empty `lockstep/` says nothing.
    rmdirSync(dirname(folder));
  } catch {
    // It has plans, or another command has removed it. The lock is released in any case.
  }
}

/** @returns true, or who is in the way */
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
    // Somebody was faster, with the lock or with an empty `lockstep/`.
    if (code === "ENOENT") return inTheWay(undefined);
    if (code === "EACCES" || code === "EROFS" || code === "EPERM" || code === "ENOSPC")
      throw new LockstepError("LS4008", `${root}: ${message}`, { cause: error });
    throw error;
  }
}

function place(folder: string, prepared: string, name: string): boolean {
  mkdirSync(prepared, { recursive: true });
  try {
    // Itself included: `git status` stays as it was, and nobody commits a lock.
    writeFileSync(join(prepared, ".gitignore"), "*\n");
    writeFileSync(join(prepared, name), "");
    renameSync(prepared, folder);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    const { code = "" } = error as NodeJS.ErrnoException;
    // Windows says the last of them of a folder that is there; it may be gone by now.
    if (code === "ENOTEMPTY" || code === "EEXIST" || (code === "EPERM" && process.platform === "win32")) return false;
    throw error;
  }
}

/** Where the lock is prepared and taken apart: whose it is can be told of it, too. */
const besides = (root: string, name: string) => `${join(root, lockFolder)}-${name}`;

/** What was killed while it took or gave back the lock. Nobody here can see a process that is elsewhere: a minute is enough for it. */
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

/** The name of a file has 255 bytes, and what is no letter takes up to nine. */
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
    // EPERM: a process of another user is there.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "gone";
  }
  const now = startOf(pid);
  return now === undefined || start === "" || now === start ? "here" : "gone";
}

/** When a process began; undefined where the system does not say. A process that has ended and waits for its parent has `ended`. */
function startOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"), isProcessGone);
    // The name of the program comes first, and may have anything in it.
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

/** Linux answers ESRCH where the process ends while its file is read. */
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

/** Why a command has to wait, and what to do where nobody holds the lock any more. */
export function inTheWay(holder: LockHolder | undefined): LockstepError {
  const remove = `${process.platform === "win32" ? "rmdir /s /q" : "rm -r"} ${normalize(lockFolder)}`;
  if (holder === undefined)
    return new LockstepError("LS4007", `Another command holds ${lockFolder} and does not identify itself.`, {
      hint: `Run the command again when it has ended. If none is running: ${remove}`,
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
