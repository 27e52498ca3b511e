import { fileURLToPath } from "node:url";
import { chosenInEveryPhase } from "../../support/chosen-phases.js";
import { goldenCases } from "../../support/goldens.js";
import { columns } from "./columns.js";
import { apply, editFor, editForBoth, single, undoOf, withoutTypes } from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** What is chosen and taken back stands in the text: types change nothing. */
const named = goldenCases(folder, columns).map(({ name }) => name);
const byName = Object.fromEntries(named.map((name) => [name, { ...columns[name], ...withoutTypes }]));

chosenInEveryPhase({ folder, columns: byName, filesOf: single, apply, editFor, editForBoth, undoOf });
