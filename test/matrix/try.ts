import { tellStory } from "./story.js";

const [file = "", name = "", only = ""] = process.argv.slice(2);
const { [name]: changes } = await import(`./cases/${file}.js`);
const from = performance.now();
const chosen = changes.filter((c: { name: string }) => only.split(",").some((o) => c.name.includes(o)));
const layout = process.env.LAYOUT ? JSON.parse(process.env.LAYOUT) : {};
const problems = await tellStory(chosen, layout);
for (const [change, list] of problems)
  console.log(
    list.length === 0 ? "ok  " : "FAIL",
    change.name,
    list
      .slice(0, 4)
      .map((t) => `\n     ${t.slice(0, 1800)}`)
      .join(""),
  );
console.log(Math.round(performance.now() - from), "ms", process.cpuUsage());
process.exit();
