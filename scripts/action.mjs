// What the GitHub Action runs: `check` once, its annotations on stdout, its comment on the pull request, its exit code as the step's.
// Needs Node 20.19 or later and nothing else.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const { env } = process;
const marker = "<!-- lockstep check -->";
const folder = mkdtempSync(join(tmpdir(), "lockstep-action-"));
process.exitCode = await main().finally(() => rmSync(folder, { recursive: true }));

async function main() {
  const orm = env.LOCKSTEP_ORM ?? "";
  if (orm !== "prisma" && orm !== "typeorm") {
    console.log(`::error::${data(`orm has to be prisma or typeorm, not "${orm}"`)}`);
    return 2;
  }
  const markdown = join(folder, "comment.md");
  const base = env.LOCKSTEP_BASE ? ["--base", env.LOCKSTEP_BASE] : [];
  const annotated = check(orm, [...base, "--format", "github"]);
  // 0 and 1 are answers, all others are failures of the check itself.
  const isAnswer = annotated.code <= 1;
  if (isAnswer) process.stdout.write(annotations(annotated.stdout));
  show(isAnswer ? annotated.stderr : `${annotated.stdout}${annotated.stderr}`);
  if (!isAnswer) return annotated.code;
  const told = check(orm, [...base, "--format", "markdown", "--output", markdown]);
  show(told.stdout);
  const text = readFileSync(markdown, "utf8").trim();
  const errors = annotated.stdout.split("\n").filter((line) => line.startsWith("::error ")).length;
  if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, `errors=${errors}\n`);
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${text}\n`);
  if (env.LOCKSTEP_COMMENT === "true") await comment(text, /^::(?:error|warning) /m.test(annotated.stdout));
  return annotated.code;
}

/** Of what the check printed, what it may ask of the runner. */
function annotations(text) {
  const lines = text.split("\n").filter((line) => /^::(?:error|warning|notice) /.test(line));
  return lines.map((line) => `${line}\n`).join("");
}

/** Text for people, of npm and of Node as well: the runner obeys nothing in it. */
function show(text) {
  if (text.trim() === "") return;
  const end = randomUUID();
  process.stdout.write(`::stop-commands::${end}\n${text.endsWith("\n") ? text : `${text}\n`}::${end}::\n`);
}

/** A text in a workflow command. */
function data(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** LOCKSTEP_COMMAND: another command instead of the published package. */
function check(orm, args) {
  const command = env.LOCKSTEP_COMMAND
    ? JSON.parse(env.LOCKSTEP_COMMAND)
    : ["npx", "--yes", `@lockstep/${orm}@${env.LOCKSTEP_VERSION || ownVersion()}`];
  const [file, ...first] = command;
  try {
    // npx would take a package of this name that the branch has in node_modules, from the registry that its .npmrc names.
    const stdout = execFileSync(file, [...first, "--cwd", process.cwd(), "check", ...args], {
      cwd: folder,
      encoding: "utf8",
      env: withoutToken(env),
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 256 * 1024 * 1024,
      // There npx is a script of the shell.
      shell: process.platform === "win32",
    });
    return { code: 0, stdout, stderr: "" };
  } catch (error) {
    if (typeof error.status !== "number") throw error;
    return { code: error.status, stdout: error.stdout, stderr: error.stderr };
  }
}

/** The check needs neither the token nor the files that steer later steps. */
function withoutToken(all) {
  const own = /^(?:GITHUB_(?:TOKEN|ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)|ACTIONS_.*)$/;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !own.test(name)));
}

/** What is pinned with the Action is the check as well. */
function ownVersion() {
  return JSON.parse(readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8")).version;
}

/**
 * One comment on the pull request: the one that is there is changed, a new one is only written when there is something to say. A token
 * that may not comment, as for pull requests from forks, is no reason to fail.
 */
async function comment(text, isWorthIt) {
  const number = pullRequest();
  if (number === undefined || !env.GITHUB_TOKEN || !env.GITHUB_REPOSITORY) return;
  const issue = `/repos/${env.GITHUB_REPOSITORY}/issues`;
  try {
    const found = await ownComment(`${issue}/${number}/comments`);
    const body = text.length > 65_000 ? `${firstBlocks(text, 64_900)}\n\n… the rest stands in the log.` : text;
    if (found !== undefined) await api("PATCH", `${issue}/comments/${found}`, { body });
    else if (isWorthIt) await api("POST", `${issue}/${number}/comments`, { body });
  } catch (error) {
    console.log(`::notice::${data(`The pull request got no comment: ${error.message}`)}`);
  }
}

/** The longest that GitHub takes is 65,536. Cut between two blocks: half a block may become a link or a heading. */
function firstBlocks(text, length) {
  return text.slice(0, Math.max(0, text.lastIndexOf("\n\n", length)));
}

/** The comment that this token has written. One of somebody else with the same beginning stays theirs. */
async function ownComment(path) {
  const login = await ownLogin();
  for (let page = 1; ; page++) {
    const comments = await api("GET", `${path}?per_page=100&page=${page}`);
    const own = comments.find(({ body, user }) => body?.startsWith(marker) && user?.login === login);
    if (own !== undefined || comments.length < 100) return own?.id;
  }
}

/** Whose token it is: `github-actions[bot]`, another app, a person. Tokens of apps may ask this in GraphQL alone. */
async function ownLogin() {
  const answer = await api("POST", env.GITHUB_GRAPHQL_URL ?? "/graphql", { query: "{ viewer { login } }" });
  const login = answer.data?.viewer?.login;
  if (typeof login !== "string") throw new Error("GitHub does not tell whose token this is");
  return login;
}

function pullRequest() {
  try {
    const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? "", "utf8"));
    return event.pull_request?.number ?? event.issue?.number;
  } catch {
    return undefined;
  }
}

async function api(method, path, body) {
  const response = await fetch(
    new URL(path.startsWith("/") ? `${env.GITHUB_API_URL ?? "https://api.github.com"}${path}` : path),
    {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${env.GITHUB_TOKEN}`,
        "content-type": "application/json",
        "user-agent": "lockstep-check",
        "x-github-api-version": "2022-11-28",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
  );
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
  return response.json();
}
