// Records `npm run demo` in a terminal: an asciicast (version 2) and its transcript for the site, and a picture for README.md.
// node scripts/record-demo.mjs [options of the demo]. Needs `script` of util-linux. Only the name of the temporary folder is changed. A demo
// whose own load was late is not recorded: its stalls include that.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chaptersIn, framesOf, pictureOf, transcriptOf } from "./recording.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [width, height] = [100, 30];
const file = (name) => fileURLToPath(new URL(`../site/public/${name}`, import.meta.url));

const demo = ["npm run --silent demo", ...process.argv.slice(2).map((each) => `'--' '${each}'`)].join(" ");
const code = `stty cols ${width} rows ${height}; ${demo}`;
const child = spawn("script", ["--quiet", "--flush", "--return", "--command", code, "/dev/null"], {
  cwd: root,
  env: { ...process.env, TERM: "xterm-256color", FORCE_COLOR: "1" },
  stdio: ["ignore", "pipe", "inherit"],
});
const started = performance.now();
const printed = [];
child.stdout.setEncoding("utf8");
child.stdout.on("data", (text) => {
  process.stdout.write(text);
  printed.push([(performance.now() - started) / 1000, text]);
});
child.on("close", (exit) => {
  if (exit !== 0) {
    console.error(`The demo ended with ${exit}: nothing is recorded.`);
    process.exitCode = 1;
    return;
  }
  const frames = framesOf(printed);
  const transcript = transcriptOf(frames);
  const late = /^\s*(This machine was busy.*)$/m.exec(transcript);
  if (late !== null) {
    console.error(`Nothing is recorded. ${late[1]} Record again on an idle machine.`);
    process.exitCode = 1;
    return;
  }
  const header = { version: 2, width, height, idle_time_limit: 2, title: "npm run demo" };
  const events = [...frames.map(([at, text]) => [at, "o", text]), ...chaptersIn(frames)].sort(([a], [b]) => a - b);
  writeFileSync(file("demo.cast"), `${[header, ...events].map((each) => JSON.stringify(each)).join("\n")}\n`);
  writeFileSync(file("demo.txt"), transcript);
  writeFileSync(file("demo.svg"), pictureOf(frames));
});
