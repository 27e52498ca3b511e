/** The one CHANGELOG, made of changesets (.changeset/README.md): all packages have one version, and users read one page. */

const headings = { major: "To act on", minor: "New", patch: "Fixed" };
const question = "What changes for open plans?";
const answer = /^Open plans:\s*/;

/** `{ text, openPlans }` of a changeset's summary; `openPlans` is undefined where it does not say. */
export function partsOf(summary) {
  const paragraphs = summary.trim().split(/\n{2,}/);
  const own = paragraphs.filter((paragraph) => !answer.test(paragraph));
  const said = paragraphs.filter((paragraph) => answer.test(paragraph)).map((text) => text.replace(answer, ""));
  return { text: own.join("\n\n"), openPlans: said.length === 0 ? undefined : said.join(" ") };
}

/** What a changeset lacks, a line each. */
export function lackingIn({ id, summary }) {
  const { text, openPlans } = partsOf(summary);
  return [
    ...(text === "" ? [`.changeset/${id}.md does not say what changes`] : []),
    ...(openPlans === undefined
      ? [`.changeset/${id}.md does not say what becomes of open plans ("Open plans: …")`]
      : []),
  ];
}

/** @returns the entry of a version, as markdown */
export function entryOf(version, changesets) {
  const sizes = Object.keys(headings);
  const sizeOf = ({ releases }) => sizes.find((size) => releases.some(({ type }) => type === size));
  const parts = changesets.map((changeset) => ({ size: sizeOf(changeset), ...partsOf(changeset.summary) }));
  const items = (texts) => texts.map((text) => `- ${text.replaceAll("\n", "\n  ")}`).join("\n");
  const open = [...new Set(parts.map(({ openPlans }) => openPlans))].filter(
    (text) => !/^nothing changes\.?$/i.test(text),
  );
  const sections = sizes.flatMap((size) => {
    const own = parts.filter((part) => part.size === size);
    return own.length === 0 ? [] : [`### ${headings[size]}\n\n${items(own.map(({ text }) => text))}`];
  });
  return [`## ${version}`, `### ${question}`, open.length === 0 ? "Nothing." : items(open), ...sections].join("\n\n");
}

/** The changelog with an entry above the others. */
export function withEntry(changelog, entry) {
  const at = changelog.search(/^## /m);
  return at < 0
    ? `${changelog.trimEnd()}\n\n${entry}\n`
    : `${changelog.slice(0, at)}${entry}\n\n${changelog.slice(at)}`;
}

/** The entry of a version; undefined when there is none. */
export function findEntry(changelog, version) {
  const entries = changelog.split(/^(?=## )/m).slice(1);
  return entries.find((entry) => entry.startsWith(`## ${version}\n`))?.trim();
}
